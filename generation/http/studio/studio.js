// The studio page: submits a job, follows its events, shows and saves its results. Text is only ever set as text.

const at = (id) => document.getElementById(id);

class Refused extends Error {
  constructor(status, code, detail) {
    super(detail);
    this.status = status;
    this.code = code;
  }
}

async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  const key = at("key").value.trim();
  if (key) headers.set("Authorization", `Bearer ${key}`);
  const answer = await fetch(path, { ...options, headers });
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, said.code ?? "error", said.detail ?? `the service answered ${answer.status}`);
}

// Server-sent events by fetch, because EventSource cannot send a key. Yields each job; the stream ends with it.
async function* follow(job, signal) {
  const answer = await ask(`/jobs/${job.id}/events`, { signal });
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
let shown = []; // object URLs to release
let looking = false; // a preview is on its way; the next look comes with a later event

function show(id, visible) {
  at(id).hidden = !visible;
}

function complain(error) {
  show("problem", true);
  at("problem").textContent = error.message;
  if (error.status === 401) {
    show("key-field", true);
    at("key").focus();
  }
}

function showProgress(job) {
  const waiting = job.status === "queued" && job.position !== null;
  at("stage").textContent = waiting ? `Waiting, number ${job.position} in the queue` : `${job.stage} …`;
  at("progress").value = job.progress;
}

// What there is to see of a running job, where its generator shows something; it stays until there is a newer look.
async function showPreview(job) {
  const picture = at("preview");
  if (looking || !job.preview || picture.dataset.look === job.preview) return;
  looking = true;
  try {
    const look = await (await ask(job.preview)).blob();
    if (current !== job.id || at("work").hidden) return; // ended meanwhile
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(look);
    picture.alt = `Unfinished: ${job.prompt}`;
    picture.dataset.look = job.preview;
    show("preview", true);
  } catch (error) {
    if (error.status !== 404 && error.status !== 503) complain(error); // ended, nothing to see yet, or too many look
  } finally {
    looking = false;
  }
}

function endWork() {
  const picture = at("preview");
  show("work", false);
  show("preview", false);
  URL.revokeObjectURL(picture.src);
  picture.removeAttribute("src");
}

async function objectUrl(path) {
  const url = URL.createObjectURL(await (await ask(path)).blob());
  shown.push(url);
  return url;
}

async function showResult(job) {
  shown.forEach((url) => URL.revokeObjectURL(url));
  shown = [];
  at("said").textContent = job.prompt;
  at("understood").textContent = job.understood ?? "";
  show("understood-row", job.understood !== null);
  at("used-seed").textContent = String(job.seed);
  at("picture").alt = job.prompt;
  at("picture").removeAttribute("src");
  show("picture", true);
  show("video", false);
  show("making", true);
  show("result", true);
  const picture = await objectUrl(job.results.png);
  if (current !== job.id) return; // another job was started meanwhile
  at("picture").src = picture;
  const video = await objectUrl(job.results.mp4);
  if (current !== job.id) return;
  at("video").src = video;
  show("video", true);
  show("picture", false);
  show("making", false);
}

async function generate(event) {
  event.preventDefault();
  show("problem", false);
  at("generate").disabled = true;
  try {
    const request = { prompt: at("prompt").value };
    if (at("seed").value) request.seed = Number(at("seed").value);
    const headers = { "Content-Type": "application/json" };
    let job = await (await ask("/jobs/", { method: "POST", headers, body: JSON.stringify(request) })).json();
    current = job.id;
    show("work", true);
    show("result", false);
    showProgress(job);
    for await (job of follow(job)) {
      showProgress(job);
      showPreview(job);
    }
    endWork();
    if (job.status === "failed") throw new Refused(500, job.error.code, job.error.detail);
    if (job.status === "done") {
      at("result").dataset.job = JSON.stringify(job);
      at("generate").disabled = false;
      await showResult(job);
    }
  } catch (error) {
    endWork();
    complain(error);
  } finally {
    at("generate").disabled = false;
  }
}

async function save(event) {
  const format = event.target.dataset.format;
  if (!format) return;
  const job = JSON.parse(at("result").dataset.job);
  const turned = at("y-down").checked && (format === "ply" || format === "spz");
  event.target.disabled = true;
  try {
    const answer = await ask(job.results[format] + (turned ? "?axes=y_down" : ""));
    const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await answer.blob());
    link.download = name ? name[1] : `splat.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  } catch (error) {
    complain(error);
  } finally {
    event.target.disabled = false;
  }
}

at("key").value = sessionStorage.getItem("key") ?? "";
show("key-field", at("key").value !== "");
at("key").addEventListener("change", () => sessionStorage.setItem("key", at("key").value.trim()));
at("ask").addEventListener("submit", generate);
at("examples").addEventListener("click", (event) => {
  if (event.target.type === "button") at("prompt").value = event.target.textContent;
});
at("downloads").addEventListener("click", save);
at("cancel").addEventListener("click", () => current && ask(`/jobs/${current}`, { method: "DELETE" }).catch(complain));
