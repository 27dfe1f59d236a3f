import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ASCII_GLYPHS, SPOKEN_GLYPHS, UNICODE_GLYPHS } from '../../src/app/glyphs.ts';
import { layOut } from '../../src/app/graph-layout.ts';
import { graphLines } from '../../src/app/graph-lines.ts';
import { graphRow, type Graph, type GraphNode } from '../../src/app/graph.ts';
import { placeBody } from '../../src/app/body-lines.ts';
import { linearLines } from '../../src/app/linear-lines.ts';
import { lineText } from '../../src/app/span.ts';
import { pathsQuestion, reachQuestion, treeGraph } from '../../src/app/row-tree.ts';
import { textWidth } from '../../src/app/text-width.ts';
import { Driver, SHOP } from './session-driver.ts';

function drawn(graph: Graph, columns: number, glyphs = UNICODE_GLYPHS): readonly string[] {
  return graphLines(graph, columns, glyphs).map((one) => lineText(one).trimEnd());
}

function box(key: string, ...rows: readonly (readonly [string, ...string[]])[]): GraphNode {
  return { key, rows: [graphRow(key), ...rows.map(([text, ...to]) => graphRow(text, 'plain', to))] };
}

const end = (namespace: string, name: string) => ({ kind: 'Deployment', namespace, name });
const POSTGRES = end('data', 'postgres');
const REST = { notApplicable: [], unknown: [], caveats: [] };
const INTO = JSON.stringify({
  connections: [
    { src: end('shop', 'cart'), dst: POSTGRES, ports: { TCP: '5432' } },
    { src: { range: '0.0.0.0-255.255.255.255' }, dst: POSTGRES, ports: 'all' },
    ...Array.from({ length: 8 }, (_, at) => ({ src: end('batch', `job-${at}`), dst: POSTGRES, ports: 'all' })),
  ],
  ...REST,
});
const OUT = JSON.stringify({
  connections: [{ src: POSTGRES, dst: end('kube-system', 'coredns'), ports: { UDP: '53' } }],
  ...REST,
  caveats: ['pods: forbidden'],
});

describe('a graph of reach', () => {
  test('has who may come in at the left, and where it may go at the right', () => {
    const graph = treeGraph(reachQuestion('Deployment', 'data', 'postgres'), [INTO, OUT], UNICODE_GLYPHS);
    expect(drawn(graph, 110)).toMatchInlineSnapshot(`
      [
        "┌──────────────────────────────┐    ┌──────────────────────────┐",
        "│ outside the cluster          ├─┬─▸│ Deployment data/postgres │    ┌─────────────────────────────┐",
        "│ any IPv4 address  all ports  │ │  │ may reach                ├───▸│ kube-system  1 workload     │",
        "└──────────────────────────────┘ │  └──────────────────────────┘    │ coredns  UDP 53  Deployment │",
        "┌──────────────────────────────┐ │                                  └─────────────────────────────┘",
        "│ batch  8 workloads           ├─┤",
        "│ job-0  all ports  Deployment │ │",
        "│ job-1  all ports  Deployment │ │",
        "│ job-2  all ports  Deployment │ │",
        "│ job-3  all ports  Deployment │ │",
        "│ job-4  all ports  Deployment │ │",
        "│ and 3 others                 │ │",
        "└──────────────────────────────┘ │",
        "┌──────────────────────────────┐ │",
        "│ shop  1 workload             ├─┘",
        "│ cart  TCP 5432  Deployment   │",
        "└──────────────────────────────┘",
      ]
    `);
    expect(graph.notes).toEqual(['not judged: pods: forbidden']);
  });

  test('says nobody, and not known where policies cannot be decided', () => {
    const question = reachQuestion('Deployment', 'data', 'postgres');
    const nobody = JSON.stringify({ connections: [], ...REST });
    expect(drawn(treeGraph(question, [nobody, nobody], UNICODE_GLYPHS), 110).join('\n')).toMatch(
      /nobody may reach it.*postgres.*it may reach nothing/,
    );
    const unknown = JSON.stringify({ connections: [], ...REST, unknown: [{ ...POSTGRES, reason: 'x' }] });
    const text = drawn(treeGraph(question, [unknown, unknown], UNICODE_GLYPHS), 110).join('\n');
    expect(text).toContain('not known: its policies');
    expect(text).not.toMatch(/nobody|nothing/);
  });
});

describe('a graph of escalation paths', () => {
  const account = (name: string) => ({ kind: 'ServiceAccount', namespace: 'ci', name });
  const hop = (from: string, to: string, verb: string) => ({
    from: account(from),
    to: account(to),
    via: {
      binding: { kind: 'RoleBinding', namespace: 'ci', name: verb },
      role: { kind: 'Role', namespace: 'ci', name: verb },
    },
    condition: '',
    request: {
      resourceAttributes: { verb, group: '', resource: 'pods', subresource: '', namespace: '', name: '' },
    },
  });
  const asked = pathsQuestion('sa:ci/a', ['sa:ci/a']);

  test('has each account once, also where several ways lead through it', () => {
    const last = hop('c', 'c', 'patch');
    const answer = JSON.stringify({
      paths: [
        { from: account('a'), to: 'cluster-admin', hops: [hop('a', 'b', 'create'), hop('b', 'c', 'update'), last] },
        { from: account('a'), to: 'cluster-admin', hops: [hop('a', 'c', 'get'), last] },
        { from: account('a'), to: 'secrets', hops: [hop('a', 'a', 'list')] },
      ],
      cuts: [{ bindings: [{ kind: 'RoleBinding', namespace: 'ci', name: 'patch' }], closes: 2 }],
    });
    expect(drawn(treeGraph(asked, [answer], UNICODE_GLYPHS), 140)).toMatchInlineSnapshot(`
      [
        "┌──────────────────────────┐",
        "│ sa ci/a                  │      ┌──────────────────────────┐",
        "│ create pods              ├─────▸│ sa ci/b                  │    ┌─────────────────────────┐",
        "│ by RoleBinding ci/create │      │ update pods              ├─┬─▸│ sa ci/c                 │    ┌────────────────────┐",
        "│ get pods                 ├───┐  │ by RoleBinding ci/update │ │  │ patch pods              ├───▸│ cluster-admin      │",
        "│ by RoleBinding ci/get    │   │  └──────────────────────────┘ │  │ by RoleBinding ci/patch │    └────────────────────┘",
        "│ list pods                ├─┐ │                               │  └─────────────────────────┘",
        "│ by RoleBinding ci/list   │ │ └───────────────────────────────┘                                 ┌────────────────────┐",
        "└──────────────────────────┘ └──────────────────────────────────────────────────────────────────▸│ all Secrets        │",
        "                                                                                                 └────────────────────┘",
      ]
    `);
  });

  test('tells a way back in words', () => {
    const answer = JSON.stringify({
      paths: [
        { from: account('a'), to: 'node', hops: [hop('a', 'b', 'get'), hop('b', 'c', 'get'), hop('c', 'c', 'get')] },
        { from: account('a'), to: 'node', hops: [hop('a', 'c', 'list'), hop('c', 'b', 'list'), hop('b', 'b', 'list')] },
      ],
      cuts: [],
    });
    const text = drawn(treeGraph(asked, [answer], ASCII_GLYPHS), 140, ASCII_GLYPHS).join('\n');
    expect(text).toMatch(/-> sa ci\/[bc]/);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  });

  test('says where there is no path', () => {
    const none = JSON.stringify({ paths: [], cuts: [], holes: ['Role: forbidden'] });
    const graph = treeGraph(asked, [none], UNICODE_GLYPHS);
    expect(drawn(graph, 140).join('\n')).toContain('leads to no cluster-admin');
    expect(graph.notes).toEqual(['not judged: Role: forbidden']);
  });
});

describe('any graph', () => {
  const anyGraph = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 2, maxLength: 4 }).chain((sizes) => {
    const keys = sizes.map((size, layer) => Array.from({ length: size }, (_, at) => `n${layer}-${at}`));
    return fc
      .tuple(
        ...keys.flatMap((layer, at) =>
          layer.map((key) => {
            const later = keys.slice(at + 1).flat();
            const row =
              later.length === 0
                ? fc.constant<string[]>([])
                : fc.uniqueArray(fc.constantFrom(...later), { maxLength: 3 });
            return fc
              .array(row, { maxLength: 3 })
              .map((rows) => ({ at, node: box(key, ...rows.map((to, row) => [`r${row}`, ...to] as const)) }));
          }),
        ),
      )
      .map((nodes): Graph => ({
        layers: keys.map((_, layer) => nodes.filter((one) => one.at === layer).map((one) => one.node)),
        notes: [],
      }));
  });

  test('joins with lines exactly what it says is joined', () => {
    fc.assert(
      fc.property(anyGraph, (graph) => {
        expect(followed(graph)).toEqual(stated(graph));
      }),
    );
  });

  test('has no two boxes on one another, and lines of one width', () => {
    fc.assert(
      fc.property(anyGraph, fc.integer({ min: 20, max: 200 }), (graph, columns) => {
        const { layers } = layOut(graph);
        for (const layer of layers) {
          const sorted = [...layer].sort((a, b) => a.top - b.top);
          for (const [at, one] of sorted.entries()) {
            expect(one.top).toBeGreaterThanOrEqual((sorted[at - 1]?.top ?? 0) + (sorted[at - 1]?.height ?? 0));
          }
        }
        const widths = graphLines(graph, columns, UNICODE_GLYPHS).map((one) => textWidth(lineText(one)));
        expect(new Set(widths).size).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('shows hostile names as text, in boxes that stay whole', () => {
    const name = '\u001b[31mred\u202e日本語\n';
    const lines = graphLines({ layers: [[box(name, ['x', 'b'])], [box('b')]], notes: [] }, 60, UNICODE_GLYPHS);
    expect(lines.map(lineText).join('')).not.toMatch(/[\u001b\u202e\n]/);
    expect(new Set(lines.map((one) => textWidth(lineText(one)))).size).toBe(1);
  });
});

describe('in the session', () => {
  function inGraph(columns: number, glyphs = UNICODE_GLYPHS): Driver {
    const driver = new Driver(SHOP, { pane: 'network', columns, glyphs }).press('t');
    const effect = driver.effects.find((one) => one.type === 'tree');
    if (effect === undefined) throw new Error('no question was asked');
    return driver.send({ type: 'tree', visit: effect.visit, question: effect.question, answers: [INTO, OUT] });
  }
  const body = (driver: Driver): string => placeBody(driver.state).lines.map(lineText).join('\n');

  test('t goes from the tree to the graph and back, :graph opens it at once', () => {
    const driver = inGraph(120);
    expect(body(driver)).toContain('├─ may be reached from');
    expect(body(driver.press('t'))).toContain('├─┬─▸│');
    expect(body(driver.press('t'))).toContain('├─ may be reached from');
    expect(body(driver.command('graph'))).toContain('├─┬─▸│');
    const direct = new Driver(SHOP, { pane: 'network' }).command('graph');
    expect(direct.effects.map((one) => one.type)).toContain('tree');
    expect(new Driver(SHOP).command('graph').state.message?.text).toContain('nothing to draw here');
  });

  test('a screen reader is told the tree by indentation, and no graph is offered', () => {
    const driver = inGraph(120, SPOKEN_GLYPHS);
    const tree = linearLines(driver.state).join('\n');
    expect(tree).toMatch(/^ Deployment data\/postgres[^]*^ {3}may be reached from[^]*^ {5}\S/m);
    expect(tree).not.toMatch(/[─-╿▀-▟|`]/);
    expect(linearLines(driver.press('t').state).join('\n')).toBe(tree);
    expect(driver.press('?').state.help).not.toBeNull();
    expect(linearLines(driver.state).join('\n')).not.toContain('graph');
    const graph = driver.press('escape').command('graph').state;
    expect(graph.message?.text).toBe('nothing is drawn for a screen reader: t on a row tells the same as a tree');
    expect(linearLines(new Driver(SHOP, { glyphs: SPOKEN_GLYPHS }).state).join('\n')).not.toMatch(/[─-╿▀-▟]/);
  });

  test('one that is wider than the screen is looked at sideways, and saved whole', () => {
    const driver = inGraph(50).press('t');
    const seen = (): readonly string[] =>
      body(driver)
        .split('\n')
        .map((one) => one.slice(0, 50));
    expect(seen().join('')).not.toContain('coredns');
    expect(seen()[3]).toMatch(/^ │ outside/);
    expect(body(driver)).toMatch(/25 columns →/);
    driver.press('right right right');
    expect(seen().join('')).toContain('coredns');
    expect(body(driver)).toMatch(/← 25 columns/);
    expect(seen().at(-1)).toBe(' not judged: pods: forbidden');
    const saved = driver.press('ctrl-s').effects.find((one) => one.type === 'save');
    expect(saved?.text).toMatch(/^┌─.*─┐\n│ outside/);
    expect(saved?.text).toContain('coredns');
  });
});

/** Which boxes a graph says that rows lead to: `row of box > box`. */
function stated({ layers }: Graph): readonly string[] {
  return layers
    .flat()
    .flatMap(({ key, rows }) => rows.flatMap(({ to }, row) => to.map((one) => `${key} ${row} > ${one}`)))
    .sort();
}

/** The same, found by following the lines of the layout from each row. */
function followed(graph: Graph): readonly string[] {
  const { layers, channels } = layOut(graph);
  const ends = (layer: number, at: number): readonly string[] => {
    const buses = channels[layer]?.buses.filter(({ exits }) => exits.includes(at)) ?? [];
    return buses.flatMap(({ entries }) =>
      entries.flatMap((entry) => {
        const arrived = layers[layer + 1]?.find((one) => entry === one.top + (one.node === null ? 0 : 1));
        if (arrived === undefined) throw new Error('an arrow that arrives nowhere');
        return arrived.node === null ? ends(layer + 1, entry) : [arrived.node.key];
      }),
    );
  };
  return layers
    .flatMap((layer, at) =>
      layer.flatMap(({ node, top }) =>
        (node?.rows ?? []).flatMap((_, row) => ends(at, top + 1 + row).map((one) => `${node?.key} ${row} > ${one}`)),
      ),
    )
    .sort();
}
