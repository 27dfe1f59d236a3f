import { severityRank, type Finding } from '../../model/finding.ts';
import { isOfRbac } from '../../analyses/rbac/write-acceptance.ts';
import { deniedTogether } from '../../remedy/rbac/rights-effects.ts';
import type { BuiltRemedy } from '../../remedy/built-remedy.ts';
import { liveObject } from '../../remedy/manifest-identity.ts';
import type { Manifest } from '../../remedy/remedy.ts';
import type { ClusterView } from '../../store/cluster-view.ts';
import type { StoreView } from '../../store/store-view.ts';
import { groupReadme, README, type Fix } from './group-readme.ts';
import { kustomization, type RemedyFile } from './kustomization.ts';
import { remedyGroup, type RemedyGroup } from './remedy-group.ts';
import { rivals } from './rivals.ts';
import { valuesHint } from './values-hint.ts';

export interface RemedyFolder {
  /** Texts by path, relative to the folder. */
  readonly files: ReadonlyMap<string, string>;
  /** The path of each remedy; the same YAML for two findings of a group is one file. */
  readonly paths: ReadonlyMap<BuiltRemedy, string>;
}

/**
 * Lays remedies out for those who have to act: `OWNER/APPLICATION/`, in it a file a remedy, `kustomization.yaml` with the
 * first remedy of each finding as far as a Kustomize component can hold it, values for what a Helm release owns, and
 * `README.md`.
 *
 * @param findings those that the remedies are for
 */
export function remedyFolder(
  view: StoreView,
  findings: readonly Finding[],
  remedies: readonly BuiltRemedy[],
): RemedyFolder {
  const byId = new Map(findings.map((finding) => [finding.id, finding]));
  const groups = new Map<string, Group>();
  const paths = new Map<BuiltRemedy, string>();
  for (const remedy of remedies) {
    const finding = byId.get(remedy.finding);
    if (finding === undefined) continue;
    const group = remedyGroup(view, finding, remedy);
    const path = `${group.owner}/${group.application}`;
    const place = groups.get(path) ?? { group, names: new Map(), fixes: new Map() };
    groups.set(path, place);
    const file = { remedy, name: nameIn(place, remedy) };
    paths.set(remedy, `${path}/${file.name}`);
    const fix = place.fixes.get(finding.id) ?? { finding, files: [] };
    place.fixes.set(finding.id, { ...fix, files: [...fix.files, file] });
  }
  const taken: Manifest[] = [];
  const together = deniedTogether(
    view,
    [...groups.values()].flatMap((group) => firstOf(group).map(({ remedy }) => remedy.changes)),
  );
  const others = rivals(paths);
  const files = new Map(
    [...groups].flatMap(([path, place]) =>
      [...groupFiles(view, place, taken, together, rivalsIn(path, others))].map(
        ([name, text]) => [`${path}/${name}`, text] as const,
      ),
    ),
  );
  return { files, paths };
}

/** The rivals of the files of one folder by their names, rivals in the same folder by theirs. */
function rivalsIn(
  folder: string,
  others: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const inside = (path: string): string => (isInside(path) ? path.slice(folder.length + 1) : path);
  const isInside = (path: string): boolean => path.startsWith(`${folder}/`);
  return new Map(
    [...others].filter(([path]) => isInside(path)).map(([path, all]) => [inside(path), all.map(inside)] as const),
  );
}

interface Group {
  readonly group: RemedyGroup;
  /** Texts of the remedies by the name of the file. */
  readonly names: Map<string, string>;
  readonly fixes: Map<string, Fix>;
}

function nameIn({ names }: Group, { fileName, yaml }: BuiltRemedy): string {
  let name = fileName;
  for (let count = 2; names.has(name) && names.get(name) !== yaml; count += 1) {
    name = fileName.replace(/\.yaml$/, `-${count}.yaml`);
  }
  names.set(name, yaml);
  return name;
}

/** The remedy to take first of each finding. */
function firstOf({ fixes }: Group): readonly RemedyFile[] {
  return [...fixes.values()].flatMap(({ files }) => files.slice(0, 1));
}

/**
 * @param together what the first remedies of all groups deny only all together
 * @param undone for the name of a file those that set otherwise what it sets
 */
function groupFiles(
  view: ClusterView,
  place: Group,
  taken: Manifest[],
  together: readonly string[],
  undone: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, string> {
  const { group, names, fixes } = place;
  const worstFirst = [...fixes.values()].sort(
    ({ finding: a }, { finding: b }) => severityRank(a.severity) - severityRank(b.severity) || (a.id < b.id ? -1 : 1),
  );
  const chosen = new Map(worstFirst.flatMap(({ files }) => files.slice(0, 1)).map((file) => [file.name, file]));
  const component = kustomization(view, [...chosen.values()], taken);
  const values = helmValues(view, [...chosen.values()]);
  const takesRights = firstOf(place).some(({ remedy }) => remedy.changes.some(isOfRbac));
  const readme = groupReadme({
    group,
    fixes: worstFirst,
    held: component?.holds ?? null,
    values: [...values.keys()],
    together: takesRights ? together : [],
    rivals: undone,
  });
  return new Map([
    ...names,
    ...values,
    ...(component === undefined ? [] : [['kustomization.yaml', component.text] as const]),
    [README, readme],
  ]);
}

/** A file of values for each workload of a Helm release that is patched. */
function helmValues(view: ClusterView, files: readonly RemedyFile[]): ReadonlyMap<string, string> {
  const patches = files
    .filter(({ remedy }) => remedy.target.manager === 'helm' && remedy.use === 'patch')
    .flatMap(({ remedy }) => remedy.manifests);
  const byObject = Map.groupBy(patches, (manifest) => {
    const object = liveObject(view, manifest);
    return object === undefined ? '' : `values-${object.namespace}-${object.kind.toLowerCase()}-${object.name}.yaml`;
  });
  byObject.delete('');
  return new Map(
    [...byObject].flatMap(([name, own]) => {
      const text = valuesHint(own);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}
