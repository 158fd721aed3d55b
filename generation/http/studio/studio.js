// The studio page: submits a job, follows its events, shows and saves its results. Text is set by textContent only.

const ROOT = new URL("..", import.meta.url).pathname; // of the service, which a proxy may publish below a prefix
const byId = (id) => document.getElementById(id);

class ServiceError extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

async function request(path, options = {}) {
  const headers = new Headers(options.headers);
  const key = byId("key").value.trim();
  if (key) headers.set("Authorization", `Bearer ${key}`);
  const answer = await fetch(path, { ...options, headers });
  if (answer.ok) return answer;
  const error = await answer.json().catch(() => ({}));
  throw new ServiceError(answer.status, error.code ?? "error", error.detail ?? `the service answered ${answer.status}`);
}

// Server-sent events by fetch, because EventSource cannot send a key. Yields the job after each change until it ends.
async function* follow(job, signal) {
  const answer = await request(`${ROOT}jobs/${job.id}/events`, { signal });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const blocks = text.split("\n\n");
    text = blocks.pop();
    for (const block of blocks) {
      const data = block.split("\n").filter((line) => line.startsWith("data:"));
      if (data.length) yield JSON.parse(data.map((line) => line.slice(5)).join("\n"));
    }
  }
}

let current = null; // the job on the page
let objectUrls = []; // to release
let fetchingPreview = false; // only one at a time; a later event brings the next

function show(id, visible) {
  byId(id).hidden = !visible;
}

function showProblem(error) {
  show("problem", true);
  byId("problem").textContent = error.message;
  if (error.status === 401) {
    show("key-field", true);
    byId("key").focus();
  }
}

function showProgress(job) {
  const waiting = job.status === "queued" && job.position !== null;
  byId("stage").textContent = waiting ? `Waiting, number ${job.position} in the queue` : `${job.stage} …`;
  byId("progress").value = job.progress;
}

// The preview of a running job, if its generator makes any; it stays until there is a newer one.
async function showPreview(job) {
  const image = byId("preview");
  if (fetchingPreview || !job.preview || image.dataset.look === job.preview) return;
  fetchingPreview = true;
  try {
    const png = await (await request(job.preview)).blob();
    if (current !== job.id || byId("work").hidden) return; // the job has ended meanwhile
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(png);
    image.alt = `Unfinished: ${job.prompt}`;
    image.dataset.look = job.preview;
    show("preview", true);
  } catch (error) {
    if (error.status !== 404 && error.status !== 503) showProblem(error); // ended, nothing visible yet, or too many requests
  } finally {
    fetchingPreview = false;
  }
}

function endWork() {
  const image = byId("preview");
  show("work", false);
  show("preview", false);
  URL.revokeObjectURL(image.src);
  image.removeAttribute("src");
}

async function objectUrl(path) {
  const url = URL.createObjectURL(await (await request(path)).blob());
  objectUrls.push(url);
  return url;
}

async function showResult(job) {
  objectUrls.forEach((url) => URL.revokeObjectURL(url));
  objectUrls = [];
  byId("said").textContent = job.prompt;
  byId("understood").textContent = job.understood ?? "";
  show("understood-row", job.understood !== null);
  byId("used-seed").textContent = String(job.seed);
  byId("image").alt = job.prompt;
  byId("image").removeAttribute("src");
  show("image", true);
  show("video", false);
  show("making", true);
  show("result", true);
  const image = await objectUrl(job.results.png);
  if (current !== job.id) return; // another job was started meanwhile
  byId("image").src = image;
  const video = await objectUrl(job.results.mp4);
  if (current !== job.id) return;
  byId("video").src = video;
  show("video", true);
  show("image", false);
  show("making", false);
}

async function generate(event) {
  event.preventDefault();
  show("problem", false);
  byId("generate").disabled = true;
  try {
    const body = { prompt: byId("prompt").value };
    if (byId("seed").value) body.seed = Number(byId("seed").value);
    const headers = { "Content-Type": "application/json" };
    let job = await (await request(`${ROOT}jobs/`, { method: "POST", headers, body: JSON.stringify(body) })).json();
    current = job.id;
    show("work", true);
    show("result", false);
    showProgress(job);
    for await (job of follow(job)) {
      showProgress(job);
      showPreview(job);
    }
    endWork();
    if (job.status === "failed") throw new ServiceError(500, job.error.code, job.error.detail);
    if (job.status === "done") {
      byId("result").dataset.job = JSON.stringify(job);
      byId("generate").disabled = false;
      await showResult(job);
    }
  } catch (error) {
    endWork();
    showProblem(error);
  } finally {
    byId("generate").disabled = false;
  }
}

async function save(event) {
  const format = event.target.dataset.format;
  if (!format) return;
  const job = JSON.parse(byId("result").dataset.job);
  const query = new URLSearchParams();
  if (byId("y-down").checked && (format === "ply" || format === "spz")) query.set("axes", "y_down");
  if (event.target.dataset.spzVersion) query.set("spz_version", event.target.dataset.spzVersion);
  event.target.disabled = true;
  try {
    const answer = await request(job.results[format] + (query.toString() && `?${query}`));
    const name = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") ?? "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name ? decodeURIComponent(name[1]) : `splat.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (error) {
    showProblem(error);
  } finally {
    event.target.disabled = false;
  }
}

byId("key").value = sessionStorage.getItem("key") ?? "";
show("key-field", byId("key").value !== "");
byId("key").addEventListener("change", () => sessionStorage.setItem("key", byId("key").value.trim()));
byId("ask").addEventListener("submit", generate);
byId("examples").addEventListener("click", (event) => {
  if (event.target.type === "button") byId("prompt").value = event.target.textContent;
});
byId("downloads").addEventListener("click", save);
byId("cancel").addEventListener("click", () => current && request(`${ROOT}jobs/${current}`, { method: "DELETE" }).catch(showProblem));
