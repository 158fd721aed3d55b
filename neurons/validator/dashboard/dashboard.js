// Shows the data of GET /miners/ and GET /tasks/, refreshed every few seconds. Values are set as text, never as HTML.
const FACTS = [
  ["subnet", "netuid"], ["block", "block"], ["seats", "seats"], ["scorer", "scorer"], ["tasks given", "tasks_given"],
  ["accepted", "accepted"], ["rejected", "rejected"], ["validator faults", "faults"], ["weights set at block", "weights_block"],
];
const SHOWN_TASKS = 30;

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function showMiners(page) {
  const state = document.getElementById("state");
  const reasons = [...page.not_ready];
  if (page.weights_held_back) reasons.push(`no weights: ${page.weights_held_back}`);
  state.textContent = reasons.length ? reasons.join("; ") : "ready";
  state.className = reasons.length ? "bad" : "";
  const facts = FACTS.flatMap(([name, key]) => {
    const group = document.createElement("div");
    group.append(element("dt", name), element("dd", page[key] ?? "–"));
    return group;
  });
  document.getElementById("facts").replaceChildren(...facts);
  const rows = page.miners.map((miner) => {
    const row = document.createElement("tr");
    row.append(
      element("td", miner.uid ?? "–"), element("td", miner.hotkey), element("td", miner.accepted),
      element("td", miner.average.toFixed(3)), element("td", miner.reward.toFixed(2)),
      element("td", miner.weight.toFixed(4)), element("td", miner.has_task ? "open" : ""),
    );
    return row;
  });
  document.getElementById("miners").replaceChildren(...rows);
}

function showTasks(tasks, miners) {
  const uids = new Map(miners.map((miner) => [miner.hotkey, miner.uid]));
  const rows = tasks.slice(0, SHOWN_TASKS).map((task) => {
    const row = document.createElement("tr");
    row.append(
      element("td", new Date(task.closed_at * 1000).toLocaleTimeString()), element("td", uids.get(task.hotkey) ?? "–"),
      element("td", task.prompt), element("td", task.score?.toFixed(4) ?? "–"),
      element("td", task.fidelity.toFixed(2)), element("td", task.code || (task.score === null ? "declined" : "")),
    );
    return row;
  });
  document.getElementById("tasks").replaceChildren(...rows);
}

async function refresh() {
  try {
    const [page, tasks] = await Promise.all(["miners/", "tasks/"].map(async (path) => (await fetch(path)).json()));
    showMiners(page);
    showTasks(tasks, page.miners);
  } catch {
    const state = document.getElementById("state");
    state.textContent = "the validator is not responding";
    state.className = "bad";
  }
  setTimeout(refresh, 3000);
}

refresh();
