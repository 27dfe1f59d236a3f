import type { Labels } from '../../model/selector.ts';
import type { Remedy } from '../remedy.ts';
import { labelDraft } from './label-draft.ts';
import { labelledWorkload } from './label-plan.ts';

/** Gives labels the value that the finding says, wherever the workload and its template carry them. */
export const setLabels: Remedy = {
  id: 'labels/set-labels',
  title: 'correct the label',
  safety: 'review',
  build: (finding, view) => {
    const found = labelledWorkload(finding, view);
    if ('refused' in found) return found;
    const { labels, add = false } = finding.data as { readonly labels: Labels; readonly add?: boolean };
    const { object } = found;
    const changed = (there: Labels | undefined): Labels =>
      Object.fromEntries(
        Object.entries(labels).filter(
          ([key, value]) => there !== undefined && there[key] !== value && (add || there[key] !== undefined),
        ),
      );
    const edit = { own: add ? {} : changed(object.labels), pods: changed(object.template?.labels) };
    if (Object.keys(edit.own).length + Object.keys(edit.pods).length === 0) {
      return { refused: 'Neither the workload nor its template carries the label.' };
    }
    return labelDraft(view, found, edit, {
      note: 'Selectors that are meant to follow are listed below; a value that is right as it is can be waived instead.',
      reasons: {},
    });
  },
};
