import { nearestName } from '../kube/nearest-name.ts';
import type { Effect } from './effect.ts';
import type { SessionEvent } from './event.ts';
import type { ContextName, SessionMachine, SessionModel } from './session-model.ts';

/** The parts of the terminal that only the view has. */
export interface SessionScreen {
  repaint(): void;
  /** Hands the terminal over while `meanwhile` runs, then paints again. */
  handOver(meanwhile: () => Promise<void>): Promise<void>;
  quit(): void;
}

export interface EffectWorld {
  readonly model: SessionModel;
  readonly machine: SessionMachine;
  readonly screen: SessionScreen;
}

/** Does what the reducer asked for; what comes of it is told through `dispatch`. Never rejects. */
export async function runEffect(
  effect: Effect,
  world: EffectWorld,
  dispatch: (event: SessionEvent) => void,
): Promise<void> {
  try {
    await perform(effect, world, dispatch);
  } catch (error) {
    dispatch(failure(effect, error instanceof Error ? error.message : String(error)));
  }
}

async function perform(effect: Effect, world: EffectWorld, dispatch: (event: SessionEvent) => void): Promise<void> {
  const { model, machine, screen } = world;
  const good = (text: string): void => dispatch({ type: 'message', message: { text, tone: 'good' } });
  switch (effect.type) {
    case 'quit':
      screen.quit();
      return;
    case 'repaint':
      screen.repaint();
      return;
    case 'suspend':
      await screen.handOver(() => machine.suspend());
      return;
    case 'refresh':
      model.refresh();
      return;
    case 'focus':
      model.focus(effect.pane);
      return;
    case 'remedies':
      dispatch({ type: 'remedies', visit: effect.visit, remedies: await model.remediesFor(effect.findings) });
      return;
    case 'refusals':
      dispatch({ type: 'refusals', visit: effect.visit, refusals: await model.refusalsOf(effect.findings) });
      return;
    case 'yaml':
      dispatch({ type: 'text', visit: effect.visit, text: await model.fetchYaml(effect.object), failed: false });
      return;
    case 'describe':
      dispatch({ type: 'text', visit: effect.visit, text: await model.describe(effect.object), failed: false });
      return;
    case 'related':
      dispatch({ type: 'related', visit: effect.visit, groups: await model.related(effect.object) });
      return;
    case 'ask':
      dispatch({ type: 'text', visit: effect.visit, text: await model.ask(effect.words), failed: false });
      return;
    case 'tree': {
      const { visit, question } = effect;
      const answers: string[] = [];
      for (const words of question.questions) answers.push(await model.ask(words));
      dispatch({ type: 'tree', visit, question, answers });
      return;
    }
    case 'dry-run':
      dispatch({ type: 'validated', visit: effect.visit, text: await model.dryRun(effect.yaml), ok: true });
      return;
    case 'save':
      good(`saved ${await machine.save(effect.fileName, effect.text)}`);
      return;
    case 'hand-over':
      await screen.handOver(async () => {
        const { said, text } = await machine.handOver(effect.to, effect.fileName, effect.text);
        if (said !== '') good(said);
        const { remedy } = effect;
        if (remedy === null || text === null || text === effect.text) return;
        const { visit, built } = remedy;
        dispatch({ type: 'edited', visit, before: built, remedy: await model.evaluate(built, text) });
      });
      return;
    case 'copy':
      good(`copied ${effect.what} through ${await machine.copy(effect.text)}`);
      return;
    case 'contexts':
      dispatch({ type: 'contexts', contexts: await model.listContexts() });
      return;
    case 'find-context': {
      const { name, keeps } = effect;
      const contexts = await model.listContexts();
      dispatch({ type: 'contexts', contexts });
      if (!contexts.some((one) => one.name === name)) throw new Error(noContextText(name, contexts));
      dispatch({ type: 'context-found', name, keeps });
      return;
    }
    case 'switch-context':
      await model.switchContext(effect.name);
      return;
  }
}

function noContextText(name: string, contexts: readonly ContextName[]): string {
  const near = nearestName(
    name,
    contexts.map((one) => one.name),
  );
  return `no context "${name}" in the kubeconfig; ${near === undefined ? ':ctx lists them' : `did you mean :ctx ${near}?`}`;
}

function failure(effect: Effect, text: string): SessionEvent {
  switch (effect.type) {
    case 'yaml':
    case 'describe':
    case 'ask':
    case 'tree':
      return { type: 'text', visit: effect.visit, text, failed: true };
    case 'dry-run':
      return { type: 'validated', visit: effect.visit, text, ok: false };
    case 'remedies':
    case 'refusals':
    case 'related':
    case 'hand-over':
    case 'quit':
    case 'repaint':
    case 'suspend':
    case 'refresh':
    case 'focus':
    case 'save':
    case 'copy':
    case 'contexts':
    case 'find-context':
    case 'switch-context':
      return { type: 'message', message: { text, tone: 'bad' } };
  }
}
