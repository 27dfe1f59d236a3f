import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What runs a program alone in a tmux of its own, which ends with it: no status line, so that the pane is the screen,
 * and no configuration but this.
 *
 * @param folder for the socket and the configuration
 * @param command a line for a shell
 */
export function tmuxCommand(tmux: string, folder: string, command: string): readonly string[] {
  const config = join(folder, 'tmux.conf');
  writeFileSync(config, 'set -g status off\nset -g default-terminal tmux-256color\n');
  return [tmux, '-u', '-S', join(folder, 'tmux.socket'), '-f', config, 'new-session', command];
}
