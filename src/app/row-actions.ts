import { refText } from '../kube/object-ref.ts';
import type { Finding, ObjectRef } from '../model/finding.ts';
import { detailLines } from './detail-lines.ts';
import { lineText } from './span.ts';
import { here, openPane, openTable, type SessionState } from './state.ts';
import { NO_FILTER } from './filter.ts';
import { open, stay, type Step } from './navigation.ts';
import type { OtherProgram } from './session-model.ts';
import type { TextPlace } from './place.ts';
import { shownRemedy } from './remedy-actions.ts';
import { shownText } from './text-place.ts';
import { actionObject, actionRow, isSavable, treeQuestion } from './selection.ts';
import { unitText } from './number-text.ts';
import { chosenRows } from './table-state.ts';
import { tableCsv, tableFileName, waiverYaml } from './text-files.ts';

/** Opens the remedies of these findings; they are built and proven now. */
export function showRemedies(state: SessionState, findings: readonly Finding[]): Step {
  const ids = findings.map((finding) => finding.id);
  const visit = state.nextId;
  const opened = open(state, {
    type: 'remedy',
    findings: ids,
    remedies: null,
    index: 0,
    tab: 'yaml',
    validation: 'none',
  });
  return stay(opened.state, ...opened.effects, { type: 'remedies', visit, findings: ids });
}

/** Opens the object's YAML or its description. */
export function showObject(state: SessionState, what: 'yaml' | 'describe'): Step {
  const object = actionObject(state);
  if (object === undefined) return stay(state);
  const visit = state.nextId;
  const fileName = `${object.kind.toLowerCase()}-${fileNamePart(object.name)}.${what === 'yaml' ? 'yaml' : 'txt'}`;
  const opened = openText(state, what, refText(object), fileName);
  return stay(opened.state, ...opened.effects, { type: what, visit, object });
}

/**
 * Opens the row as a tree: who reaches it, or where its rights lead.
 *
 * @param asGraph as boxes and arrows
 */
export function showTree(state: SessionState, asGraph = false): Step {
  const question = treeQuestion(state);
  if (question === undefined) return stay(state);
  const visit = state.nextId;
  const title = question.type === 'reach' ? 'reach' : 'escalation paths';
  const opened = open(state, {
    type: 'text',
    what: 'tree',
    title,
    text: null,
    failed: false,
    fileName: `k8sec-${fileNamePart(`${question.type}-${question.title}`)}.txt`,
    drawing: { graph: null, shown: asGraph },
  });
  return stay(opened.state, ...opened.effects, { type: 'tree', visit, question });
}

/** Opens what an object has to do with. */
export function showRelatedOf(state: SessionState, object: ObjectRef | undefined): Step {
  if (object === undefined) return stay(state);
  const visit = state.nextId;
  const opened = open(state, { type: 'related', object, groups: null, filter: NO_FILTER });
  return stay(opened.state, ...opened.effects, { type: 'related', visit, object });
}

/** Answers that are told anew when the cluster changes; the others take long, or are read page by page. */
const LIVE_QUESTIONS: ReadonlySet<string> = new Set(['label-map']);

/** Asks a question and opens the answer. */
export function ask(state: SessionState, words: readonly string[]): Step {
  const visit = state.nextId;
  const isLive = LIVE_QUESTIONS.has(words[0] ?? '');
  const opened = open(state, {
    type: 'text',
    what: 'answer',
    title: words.join(' '),
    text: null,
    failed: false,
    fileName: `k8sec-${fileNamePart(words.join('-'))}.txt`,
    ...(isLive ? { question: words } : {}),
  });
  return stay(opened.state, ...opened.effects, { type: 'ask', visit, words });
}

/** Opens the waiver entry for findings; it is only shown, never applied. */
export function showWaiver(state: SessionState, findings: readonly Finding[]): Step {
  if (findings.length === 0) {
    return stay({ ...state, message: { text: 'nothing to waive here: choose a row with findings', tone: 'warning' } });
  }
  const text = waiverYaml(findings, state.snapshot.now, state.snapshot.facts.context);
  return open(state, {
    type: 'text',
    what: 'waiver',
    title: 'a waiver to review',
    text,
    failed: false,
    fileName: 'k8sec-waiver.yaml',
  });
}

/** Hands what is shown to the person's pager or editor. */
export function handOver(state: SessionState, to: OtherProgram): Step {
  const [effect] = saveShown(state).effects;
  if (!isSavable(state) || effect?.type !== 'save') {
    return stay({ ...state, message: { text: `there is no text here for the ${to}`, tone: 'warning' } });
  }
  const built = shownRemedy(state);
  const remedy = built === undefined ? null : { visit: here(state).id, built };
  return stay(state, { ...effect, type: 'hand-over', to, remedy });
}

/** Copies the text that is shown, the marked rows as CSV, or the row's name. */
export function copyShown(state: SessionState): Step {
  const { place } = here(state);
  const remedy = shownRemedy(state);
  if (remedy !== undefined) return stay(state, { type: 'copy', text: remedy.yaml, what: 'the YAML' });
  if (place.type === 'text') return stay(state, { type: 'copy', text: shownText(place, state), what: 'the text' });
  const table = openTable(state);
  const pane = state.snapshot.panes.find((one) => one.name === openPane(state));
  if (pane !== undefined && table !== undefined && table.marks.size > 0) {
    const rows = chosenRows(table);
    return stay(state, { type: 'copy', text: tableCsv(pane, rows), what: `${unitText(rows.length, 'rows')} as CSV` });
  }
  const name = actionRow(state)?.name;
  return name === undefined ? stay(state) : stay(state, { type: 'copy', text: name, what: name });
}

/** Saves the text that is shown, or the table as it stands, to a new file. */
export function saveShown(state: SessionState): Step {
  const { place } = here(state);
  const remedy = shownRemedy(state);
  if (remedy !== undefined) return stay(state, { type: 'save', fileName: remedy.fileName, text: remedy.yaml });
  if (place.type === 'text') {
    return stay(state, { type: 'save', fileName: place.fileName, text: shownText(place, state) });
  }
  if (place.type === 'detail') {
    const { kind, name } = place.row;
    const text = detailLines(state, place).map((one) => `${lineText(one).trimEnd()}\n`);
    return stay(state, {
      type: 'save',
      fileName: `${fileNamePart(`${kind.toLowerCase()}-${name}`)}.txt`,
      text: text.join(''),
    });
  }
  const name = openPane(state);
  const pane = state.snapshot.panes.find((one) => one.name === name);
  const table = openTable(state);
  if (pane === undefined || table === undefined) return stay(state);
  const fileName = tableFileName(pane.name, state.namespace);
  return stay(state, { type: 'save', fileName, text: tableCsv(pane, table.shown) });
}

function openText(state: SessionState, what: TextPlace['what'], title: string, fileName: string): Step {
  return open(state, { type: 'text', what, title, text: null, failed: false, fileName });
}

/** Names of objects may hold what file names may not; a long one is cut. */
function fileNamePart(text: string): string {
  return text
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 80);
}
