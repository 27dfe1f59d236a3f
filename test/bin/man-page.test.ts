import { describe, expect, it } from 'vitest';
import { manPage } from '../../bin/man-page.ts';

const USAGE = `k8sec inspects. It only reads.

Usage
  k8sec                      the session
  k8sec who-can VERB RESOURCE[/SUB][.GROUP] [NAME]
                             every subject
      --as USER              user to impersonate
  -n, --namespace NAME       namespace to judge

Examples
  k8sec --demo
`;

describe('the page of the manual', () => {
  it('is text that the reader fills, so that no line is longer than the terminal', () => {
    expect(manPage(USAGE)).toBe(
      [
        '.TH K8SEC 1 "" "k8sec" "User Commands"',
        '.nh',
        '.ad l',
        '.SH NAME',
        'k8sec \\- a security inspector for live Kubernetes clusters',
        '.SH DESCRIPTION',
        'k8sec inspects. It only reads.',
        '.SH USAGE',
        '.TP',
        '\\fBk8sec\\fR',
        'the session',
        '.TP',
        '\\fBk8sec who\\-can VERB RESOURCE[/SUB][.GROUP] [NAME]\\fR',
        'every subject',
        '.TP',
        '\\fB\\-\\-as USER\\fR',
        'user to impersonate',
        '.TP',
        '\\fB\\-n, \\-\\-namespace NAME\\fR',
        'namespace to judge',
        '.SH EXAMPLES',
        '.PP',
        'k8sec \\-\\-demo',
        '',
      ].join('\n'),
    );
  });

  it('takes no word for a request of roff', () => {
    expect(manPage("first\n\nUsage\n  k8sec x  .dot\n  k8sec y  'quote\n")).toContain(
      "\\fBk8sec x\\fR\n\\&.dot\n.TP\n\\fBk8sec y\\fR\n\\&'quote\n",
    );
  });
});
