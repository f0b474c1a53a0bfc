/** A searchable choice of several: an ARIA combobox with a list box, and what is chosen as buttons that remove it. */

import { button, el } from "./dom.ts";
import { folded } from "./format.ts";

export interface Option {
  code: string;
  label: string;
  /** Everything it may be found by, already folded: the other language, a symbol. */
  search: string;
}

export interface PickerWords {
  label: string;
  placeholder: string;
  none: string;
  remove: (label: string) => string;
}

export interface Picker {
  render: (words: PickerWords, options: readonly Option[], chosen: readonly string[]) => void;
}

export function pickerIn(host: HTMLElement, name: string, onChange: (codes: string[]) => void): Picker {
  const ids = { label: `${name}-label`, input: `${name}-input`, list: `${name}-list` };
  const label = el("label", { id: ids.label, for: ids.input });
  const chips = el("ul", { class: "chips", "aria-labelledby": ids.label });
  const list = el("ul", { id: ids.list, role: "listbox", "aria-multiselectable": "true", "aria-labelledby": ids.label, hidden: true });
  const input = el("input", {
    id: ids.input,
    type: "text",
    role: "combobox",
    autocomplete: "off",
    spellcheck: "false",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": ids.list,
  });
  host.append(label, chips, el("div", { class: "combobox" }, input, list));

  let words: PickerWords = { label: "", placeholder: "", none: "", remove: (text) => text };
  let options: readonly Option[] = [];
  let chosen: readonly string[] = [];
  let active = -1;

  const offered = () => options.filter(({ search }) => search.includes(folded(input.value.trim())));
  const isOpen = () => !list.hidden;

  function toggle(code: string): void {
    onChange(chosen.includes(code) ? chosen.filter((each) => each !== code) : [...chosen, code]);
  }

  function choose(code: string): void {
    input.value = "";
    active = -1;
    toggle(code);
  }

  function open(): void {
    list.hidden = false;
    renderList();
    list.scrollIntoView({ block: "nearest" });
  }

  function close(): void {
    list.hidden = true;
    active = -1;
    renderList();
  }

  function renderChips(): void {
    const labels = new Map(options.map((option) => [option.code, option.label]));
    chips.hidden = chosen.length === 0;
    chips.replaceChildren(
      ...chosen.map((code) => {
        const text = labels.get(code) ?? code;
        const chip = button({ "aria-label": words.remove(text) }, text, () => {
          toggle(code);
          input.focus();
        });
        return el("li", {}, chip);
      }),
    );
  }

  function renderList(): void {
    const found = offered();
    input.setAttribute("aria-expanded", String(isOpen()));
    if (isOpen()) list.replaceChildren(...(found.length > 0 ? found.map(optionElement) : [noneElement()]));
    const current = isOpen() ? list.children[active] : undefined;
    if (current && active >= 0) input.setAttribute("aria-activedescendant", current.id);
    else input.removeAttribute("aria-activedescendant");
    if (active >= 0) current?.scrollIntoView({ block: "nearest" });
  }

  function optionElement({ code, label: text }: Option, i: number): HTMLElement {
    const option = el("li", {
      id: `${name}-option-${code}`,
      role: "option",
      "aria-selected": String(chosen.includes(code)),
      class: i === active ? "active" : null,
    }, text);
    option.addEventListener("click", () => choose(code));
    return option;
  }

  const noneElement = () => el("li", { class: "none", role: "option", "aria-disabled": "true", "aria-selected": "false" }, words.none);

  function step(by: number): void {
    const count = offered().length;
    if (!isOpen()) open();
    active = count === 0 ? -1 : (Math.max(active, by > 0 ? -1 : 0) + by + count) % count;
    renderList();
  }

  function onEnter(): void {
    const found = offered();
    const option = active >= 0 ? found[active] : input.value.trim() ? found[0] : undefined;
    if (isOpen() && option) choose(option.code);
    else open();
  }

  const KEYS: Record<string, () => void> = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: onEnter,
    Escape: close,
  };

  input.addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (act) {
      if (event.key !== "Escape" || isOpen()) event.stopPropagation();
      event.preventDefault();
      act();
    } else if (event.key === "Backspace" && input.value === "" && chosen.length > 0) {
      onChange(chosen.slice(0, -1));
    }
  });
  input.addEventListener("input", () => {
    active = -1;
    open();
  });
  input.addEventListener("click", open);
  input.addEventListener("blur", close);
  // A press on the list must not take the focus, or the list closes before the click arrives.
  list.addEventListener("mousedown", (event) => event.preventDefault());

  return {
    render(nextWords, nextOptions, nextChosen) {
      [words, options, chosen] = [nextWords, nextOptions, nextChosen];
      label.textContent = words.label;
      input.placeholder = words.placeholder;
      input.disabled = options.length === 0;
      renderChips();
      renderList();
    },
  };
}
