"""A field for scanners: code + Enter, as fast as they come.

Belongs here: the component. Does not: what a scan means (`view_models/receiving.py`).

Streamlit's own text field is emptied by the server: what a scanner types until the answer is there is lost or mixed,
and of two values sent quickly only the later is seen. This field empties itself, numbers its scans and sends all that
the server has not acknowledged. Each scan carries the condition, bin and lot that stood on the field when it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import streamlit as st

from app_streamlit.view_models.receiving import Scan, Stamp, Tally, scans_of

TAKEN = "_taken"
HTML = """<label><span class="label"></span>
<input type="text" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="200"></label>
<p class="told" role="status"></p>"""
CSS = """
label { display: block; font-size: 0.875rem; font-family: var(--st-font); color: var(--st-text-color); }
input { display: block; width: 100%; box-sizing: border-box; margin-top: 0.25rem; padding: 0.6rem 0.75rem;
  font-size: 1.25rem; font-family: var(--st-font); color: var(--st-text-color);
  background: var(--st-secondary-background-color); border: 2px solid var(--st-border-color);
  border-radius: var(--st-base-radius); }
input:focus { outline: none; border-color: var(--st-primary-color); }
.told { min-height: 1.5rem; margin: 0.4rem 0 0; font-size: 1rem; font-family: var(--st-font);
  color: var(--st-text-color); }
.told.problem { color: var(--st-red-text-color); font-weight: 600; }
"""
JS = """
const memory = new WeakMap();
export default function (component) {
  const { data, setStateValue, parentElement } = component;
  const field = parentElement.querySelector("input");
  let known = memory.get(field);
  if (!known) {
    known = { instance: `${Date.now()}-${Math.random()}`, next: 1, waiting: [] };
    memory.set(field, known);
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const code = field.value.trim();
      field.value = "";
      if (!code) return;
      known.waiting = [...known.waiting, { ...known.stamp, number: known.next++, code }];
      known.send("scans", { instance: known.instance, scans: known.waiting });
    });
  }
  known.send = setStateValue;
  if (data.seen.instance === known.instance) {
    known.waiting = known.waiting.filter((scan) => scan.number > data.seen.number);
  }
  const stamp = JSON.stringify(data.stamp);
  if (stamp !== JSON.stringify(known.stamp)) field.focus();
  known.stamp = data.stamp;
  parentElement.querySelector(".label").textContent = data.label;
  field.placeholder = data.placeholder;
  const told = parentElement.querySelector(".told");
  told.textContent = data.told;
  told.className = data.isProblem ? "told problem" : "told";
}
"""
_mount = st.components.v2.component("diaobo_scan_field", html=HTML, css=CSS, js=JS)


def pending(key: str, tally: Tally) -> tuple[str, list[Scan]]:
    """Instance and scans that the field sent and that were not taken yet; asked before the field is shown."""
    state = st.session_state.get(key)
    instance, scans = scans_of(state.get("scans") if isinstance(state, Mapping) else None)
    taken = _taken(key, instance)
    return instance, [scan for scan in tally.unseen(instance, scans) if scan.number > taken]


def remember(key: str, tally: Tally) -> None:
    """Notes in the session which scans are in the count: the field repeats its last ones after the count was saved."""
    if tally.seen_instance:
        number = max(tally.seen_number, _taken(key, tally.seen_instance))
        st.session_state[f"{key}{TAKEN}"] = (tally.seen_instance, number)


def _taken(key: str, instance: str) -> int:
    known, number = st.session_state.get(f"{key}{TAKEN}", ("", 0))
    return int(number) if known == instance else 0


def show(*, key: str, label: str, placeholder: str, stamp: Stamp, told: str, is_problem: bool) -> None:
    """The field, with what became of the last scan below it."""
    instance, number = st.session_state.get(f"{key}{TAKEN}", ("", 0))
    _mount(
        key=key,
        data={
            "label": label,
            "placeholder": placeholder,
            "stamp": asdict(stamp),
            "seen": {"instance": instance, "number": number},
            "told": told,
            "isProblem": is_problem,
        },
        on_scans_change=_heard,
    )


def _heard() -> None:
    # A component only keeps a state for which it has a callback; the page itself takes the scans from there.
    return
