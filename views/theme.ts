import type { Style } from '../src/app/span.ts';
import type { ThemeName } from '../src/app/state.ts';

/** SGR parameters of every meaning; '' is the terminal's own text. */
export interface Theme {
  readonly styles: Readonly<Record<Style, string>>;
  /** The line under the cursor, over all other styles. */
  readonly selected: string;
}

/** SGR codes (ECMA-48 8.3.117): weights, and the terminal's own 16 colours, so that its palette decides. */
const BOLD = '1';
const DIM = '2';
const UNDERLINED = '4';
const INVERSE = '7';
const RED = '31';
const GREEN = '32';
const YELLOW = '33';
const BLUE = '34';
const MAGENTA = '35';
const CYAN = '36';
const GREY = '90';

const DEFAULT: Theme = {
  selected: '30;46',
  styles: {
    plain: '',
    muted: GREY,
    good: GREEN,
    bad: RED,
    warning: YELLOW,
    unknown: MAGENTA,
    critical: `${BOLD};${RED}`,
    high: RED,
    medium: YELLOW,
    low: CYAN,
    info: GREY,
    title: BOLD,
    heading: `${BOLD};${GREY}`,
    key: CYAN,
    rule: GREY,
    code: '',
    comment: GREEN,
    added: GREEN,
    removed: RED,
    tab: `${BOLD};${INVERSE}`,
    bar: BLUE,
    brand: `${BOLD};30;46`,
  },
};

/** No red beside green: blue is good, yellow is bad, weight tells how bad (safe for the common colour blindnesses). */
const COLOUR_BLIND: Theme = {
  selected: INVERSE,
  styles: {
    ...DEFAULT.styles,
    good: BLUE,
    bad: `${BOLD};${YELLOW}`,
    warning: YELLOW,
    unknown: CYAN,
    critical: `${BOLD};${INVERSE};${YELLOW}`,
    high: `${BOLD};${YELLOW}`,
    medium: YELLOW,
    low: BLUE,
    comment: BLUE,
    added: BLUE,
    removed: `${BOLD};${YELLOW}`,
    brand: `${BOLD};${INVERSE}`,
  },
};

/** Weight only, for NO_COLOR and monochrome terminals. */
const MONO: Theme = {
  selected: INVERSE,
  styles: {
    plain: '',
    muted: DIM,
    good: '',
    bad: BOLD,
    warning: BOLD,
    unknown: UNDERLINED,
    critical: `${BOLD};${UNDERLINED}`,
    high: BOLD,
    medium: '',
    low: '',
    info: DIM,
    title: BOLD,
    heading: BOLD,
    key: BOLD,
    rule: DIM,
    code: '',
    comment: DIM,
    added: BOLD,
    removed: DIM,
    tab: `${BOLD};${INVERSE}`,
    bar: '',
    brand: `${BOLD};${INVERSE}`,
  },
};

export const THEMES: Readonly<Record<ThemeName, Theme>> = {
  default: DEFAULT,
  'colour-blind': COLOUR_BLIND,
  mono: MONO,
};
