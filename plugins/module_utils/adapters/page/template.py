# Copyright: (c) 2026, the hostcraft.cloudstack authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTML and style of a report's page. Python literals, because only Python files travel to where a task runs."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1c2430; --muted: #5b6675; --line: #dde2e8; --track: #eef1f4;
  --accent: #2563a8; --on-accent: #ffffff; --before: #b9c4d0; --good: #1a7f4b; --bad: #b3261e; --bad-back: #fdecea;
  --load-0: #e3f1f5; --load-1: #a9d6e2; --load-2: #4f9fc0; --load-3: #1f6492; --load-4: #b3401e;
  --on-load-0: #1c2430; --on-load-1: #1c2430; --on-load-2: #10202e; --on-load-3: #ffffff; --on-load-4: #ffffff; }
@media (prefers-color-scheme: dark) { :root {
  --page: #12161c; --card: #1a2029; --ink: #e4e9f0; --muted: #9aa7b8; --line: #313b49; --track: #252d38;
  --accent: #6fb1ee; --on-accent: #0d1a28; --before: #55647a; --good: #5fd09a; --bad: #ff8f80; --bad-back: #3a1f1c;
  --load-0: #1e3440; --load-1: #24556a; --load-2: #2f86a6; --load-3: #7cc4de; --load-4: #ff9a6b;
  --on-load-0: #d5e4ec; --on-load-1: #e8f3f8; --on-load-2: #06141c; --on-load-3: #06141c; --on-load-4: #2b0f04; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 980px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 40px 0 12px; }
h3 { font-size: 16px; margin: 0 0 4px; overflow-wrap: anywhere; }
.when, figcaption, .muted { color: var(--muted); }
.when { margin: 4px 0 0; }
section, .tiles > div { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
section { padding: 16px 18px; margin: 0 0 16px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; margin: 20px 0 0; }
.tiles > div { padding: 12px 14px; }
.tiles dt { color: var(--muted); font-size: 13px; }
.tiles dd { margin: 0; font-size: 22px; font-weight: 600; }
.tiles small { display: block; font-size: 13px; font-weight: 400; color: var(--muted); }
p { margin: 0 0 10px; max-width: 75ch; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
figure { margin: 12px 0; } figcaption { font-size: 13px; margin: 0 0 8px; }
svg.chart { display: block; max-width: 100%; height: auto; } svg.narrow { display: none; }
@media (max-width: 720px) { svg.wide { display: none; } svg.narrow { display: block; }
  main { padding: 16px 10px 48px; } section { padding: 14px 12px; } h1 { font-size: 22px; }
  table { font-size: 13px; } th, td { padding-right: 8px; } }
.legend { display: flex; flex-wrap: wrap; gap: 4px 14px; list-style: none; padding: 0; margin: 0 0 12px;
  font-size: 13px; }
.legend i { display: inline-block; width: 14px; height: 14px; border-radius: 3px; margin: 0 6px -2px 0; }
.b0 { background: var(--load-0); } .b1 { background: var(--load-1); } .b2 { background: var(--load-2); }
.b3 { background: var(--load-3); } .b4 { background: var(--load-4); }
.before { background: var(--before); } .after { background: var(--accent); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--muted); font-weight: 600; white-space: nowrap; } .n { text-align: right; white-space: nowrap; }
td { overflow-wrap: break-word; }
details { margin: 10px 0 0; } summary { cursor: pointer; color: var(--accent); }
.reasons { list-style: none; margin: 8px 0; padding: 0; }
.reasons li { background: var(--bad-back); border-left: 4px solid var(--bad); border-radius: 4px; padding: 8px 12px;
  margin: 0 0 8px; overflow-wrap: anywhere; }
.findings td { overflow-wrap: anywhere; min-width: 90px; } .findings td:nth-child(3) { min-width: 240px; }
a { color: var(--accent); }
svg.chart text { font-family: system-ui, sans-serif; }
code { font: 13px ui-monospace, monospace; }
@media print { :root { color-scheme: light; --page: #fff; --card: #fff; } * { print-color-adjust: exact; }
  main { max-width: none; padding: 0; } section { break-inside: avoid-page; border: 0; padding: 0; }
  tr, figure { break-inside: avoid; } }
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="generator" content="hostcraft.cloudstack cs_report">
<link rel="icon" href="data:,">
<title>{{ report.title }}</title>
<style>{{ style }}</style>
</head>
<body>
{% macro reasons(items) %}
<ul class="reasons">
{% for reason in items %}
<li><strong>{{ reason.message }}</strong> <code>{{ reason.code }}</code>
{% if reason.remedy %}<br>Remedy: {{ reason.remedy }}.{% endif %}</li>
{% endfor %}
</ul>
{% endmacro %}
{% macro moves_table(moves, waves) %}
<details{{ " open" if moves | length <= 25 }}>
<summary>{{ counted(moves | length, "move") }}</summary>
<div class="scroll"><table class="moves">
<thead><tr>{% if waves %}<th class="n">Wave</th>{% endif %}<th>VM</th><th>From</th><th>To</th></tr></thead>
<tbody>
{% for move in moves %}
<tr>{% if waves %}<td class="n">{{ move.wave }}</td>{% endif %}<td>{{ move.vm }}</td><td>{{ move.source }}</td>
<td>{{ move.target }}</td></tr>
{% endfor %}
</tbody></table></div>
</details>
{% endmacro %}
<main>
<header>
<h1>{{ report.title }}</h1>
<p class="when">Zone {{ report.zone }} · {{ report.clusters | map(attribute="name") | join(", ") }} ·
<time datetime="{{ report.made }}">{{ report.made | replace("T", " ") | replace("Z", " UTC") }}</time></p>
{% set share = report.balance.share() %}
<dl class="tiles">
<div><dt>Hosts</dt><dd>{{ report.hosts }}<small>in {{ counted(report.clusters | length, "cluster") }}</small></dd></div>
<div><dt>VMs</dt><dd>{{ report.vms }}</dd></div>
<div><dt>CPU allocated</dt><dd>{{ share.cpu | percent }}
<small>{{ report.balance.free.cpu | ghz }} free</small></dd></div>
<div><dt>RAM allocated</dt><dd>{{ share.ram | percent }}
<small>{{ report.balance.free.ram | gib }} free</small></dd></div>
</dl>
</header>
{% if report.doctor %}
<h2>Findings</h2>
<section class="doctor">
<p class="{{ "good" if report.doctor.healthy else "bad" }}">{{ report.doctor.sentence }}</p>
{% if report.doctor.rows %}
<div class="scroll"><table class="findings">
<thead><tr><th>Severity</th><th>About</th><th>Finding</th><th>Remedy</th></tr></thead>
<tbody>
{% for row in report.doctor.rows %}
<tr><td class="{{ row.verdict }}">{{ row.word }}</td><td>{{ row.about or "–" }}</td>
<td>{{ row.evidence }}<br><code>{{ row.code }}</code></td>
<td>{{ row.remedy }}{% if row.tools %}<br><code>{{ row.tools | join(", ") }}</code>{% endif %}</td></tr>
{% endfor %}
</tbody></table></div>
{% endif %}
{% if report.doctor.unseen %}
<details><summary>{{ counted(report.doctor.unseen | length, "check") }} could not be made</summary>
<ul>
{% for each in report.doctor.unseen %}<li>{{ each }}</li>
{% endfor %}
</ul></details>
{% endif %}
</section>
{% endif %}
<h2>Capacity now</h2>
<ul class="legend" aria-label="Allocated share of a host's capacity">
{% for band in bands %}<li><i class="b{{ loop.index0 }}"></i>{{ band }}</li>{% endfor %}
</ul>
{% for part in report.clusters %}
<section class="cluster">
<h3>Cluster {{ part.name }} <span class="muted">{{ part.hypervisor }}</span></h3>
{% set its = part.balance.share() %}
<p>{{ counted(part.hosts | length, "host") }}, {{ counted(part.vms, "VM") }}; CPU {{ its.cpu | percent }} allocated,
{{ part.balance.free.cpu | ghz }} free; RAM {{ its.ram | percent }} allocated, {{ part.balance.free.ram | gib }} free.
</p>
<p class="{{ "good" if part.borne else "bad" }}">{{ part.sentence }}</p>
{% if part.hosts %}
<figure><figcaption>One pair of cells for each host: CPU on the left, RAM on the right</figcaption>
{{ draw("heat_map", part, 60 if report.hosts <= 120 else 12) }}
</figure>
<p class="muted">By the higher of the two values: {{ part.spread }}.</p>
<details><summary>{{ counted(part.hosts | length, "host") }} in numbers</summary>
<div class="scroll"><table class="hosts">
<thead><tr><th>Host</th><th class="n">CPU</th><th class="n">RAM</th><th class="n">VMs</th><th>State</th></tr></thead>
<tbody>
{% for host in part.hosts %}
<tr><td>{{ host.name }}</td><td class="n">{{ host.cpu | percent }}</td><td class="n">{{ host.ram | percent }}</td>
<td class="n">{{ host.vms }}</td><td>{{ host.state or "accepts VMs" }}</td></tr>
{% endfor %}
</tbody></table></div></details>
{% endif %}
</section>
{% endfor %}
{% if report.plans %}
<h2>Plan</h2>
{% if report.plans | length > 1 %}
<section class="plans"><div class="scroll"><table>
<thead><tr><th>Cluster</th><th>Roll</th></tr></thead>
<tbody>
{% for plan in report.plans %}
<tr><td><a href="#plan-{{ loop.index }}">{{ plan.cluster }}</a></td>
<td class="{{ "" if plan.feasible else "bad" }}">{{ plan.sentence }}</td></tr>
{% endfor %}
</tbody></table></div></section>
{% endif %}
{% for plan in report.plans %}
<section class="plan" id="plan-{{ loop.index }}">
<h3>Cluster {{ plan.cluster }}</h3>
<p class="{{ "" if plan.feasible else "bad" }}">{{ plan.sentence }}</p>
{% if plan.note %}<p class="bad">{{ plan.note }}</p>{% endif %}
{% if plan.reasons %}{{ reasons(plan.reasons) }}{% endif %}
{% if plan.waves %}
<figure><figcaption>When each wave of hosts is out of service, and how many VMs move first</figcaption>
{{ draw("timeline", plan, 40 if report.plans | length < 4 else 16) }}
</figure>
<details{{ " open" if plan.waves | length <= 12 }}><summary>{{ counted(plan.waves | length, "wave") }}</summary>
<div class="scroll"><table class="waves">
<thead><tr><th class="n">Wave</th><th>Hosts</th><th class="n">VMs</th><th>To</th><th class="n">Duration</th>
<th class="n">Free meanwhile</th></tr></thead>
<tbody>
{% for wave in plan.waves %}
<tr><td class="n">{{ wave.number }}</td><td>{{ wave.hosts | join(", ") }}</td><td class="n">{{ wave.moves }}</td>
<td>{{ wave.targets | join(", ") }}</td><td class="n">{{ (wave.end - wave.start) | duration }}</td>
<td class="n">{{ wave.free_cpu | ghz }}, {{ wave.free_ram | gib }}</td></tr>
{% endfor %}
</tbody></table></div></details>
{{ moves_table(plan.moves, true) }}
{% if plan.system %}
<details open>
<summary>{{ counted(plan.system | length, "move") }} of system VMs and routers</summary>
<div class="scroll"><table class="moves">
<thead><tr><th class="n">Wave</th><th>VM</th><th>Kind</th><th>Only router of</th><th>From</th><th>To</th></tr></thead>
<tbody>
{% for move in plan.system %}
<tr><td class="n">{{ move.wave }}</td><td>{{ move.vm }}</td><td>{{ move.kind }}</td><td>{{ move.alone_for }}</td>
<td>{{ move.source }}</td><td>{{ move.target }}</td></tr>
{% endfor %}
</tbody></table></div>
</details>
{% endif %}
{% endif %}
</section>
{% endfor %}
{% endif %}
{% if report.done %}
<h2>Done</h2>
<section class="done">
<p>{{ report.done.sentence }}</p>
<div class="scroll"><table class="hosts-done">
<thead><tr><th>Host</th><th>State now</th><th class="n">VMs moved</th><th>Stopped</th><th>Started again</th>
<th>Remaining</th><th class="n">Duration</th></tr></thead>
<tbody>
{% for row in report.done.hosts %}
<tr><td>{{ row.host }}</td>
<td>{% if row.problem %}<span class="bad">failed</span>{% else %}{{ row.state }}{% endif %}</td>
<td class="n">{{ row.moved }}</td><td>{{ row.stopped | join(", ") or "–" }}</td>
<td>{{ row.started | join(", ") or "–" }}</td><td>{{ row.remaining | join(", ") or "–" }}</td>
<td class="n">{{ row.seconds | duration if row.seconds is not none else "–" }}</td></tr>
{% endfor %}
</tbody></table></div>
{% for row in report.done.hosts if row.problem %}
<p class="bad">{{ row.host }}: {{ row.problem }}</p>
{% if row.reasons %}{{ reasons(row.reasons) }}{% endif %}
{% endfor %}
{% if report.done.moves %}{{ moves_table(report.done.moves, false) }}{% endif %}
</section>
{% endif %}
{% if report.shifts %}
<h2>Before and after</h2>
{% set most = 40 if report.shifts | length < 4 else 16 %}
{% for shift in report.shifts %}
<section class="shift">
<h3>Cluster {{ shift.cluster }}</h3>
<p class="{{ shift.verdict }}">{{ shift.sentence }}</p>
<ul class="legend"><li><i class="before"></i>before</li><li><i class="after"></i>{{ "after" if shift.done else
"after the plan" }}</li></ul>
<figure><figcaption>Allocated RAM of each host</figcaption>
{{ draw("before_and_after", shift, "ram", most) }}
</figure>
<figure><figcaption>Allocated CPU of each host</figcaption>
{{ draw("before_and_after", shift, "cpu", most) }}
</figure>
</section>
{% endfor %}
{% endif %}
{% if report.certificates %}
<h2>Certificates</h2>
<section class="certificates">
<p>{{ report.certificates.sentence }}</p>
{% for problem in report.certificates.problems %}
<p class="bad">{{ problem }}</p>
{% endfor %}
<div class="scroll"><table>
<thead><tr><th class="n">Days left</th><th>Host</th><th>Where</th><th>Certificate</th><th>Key</th></tr></thead>
<tbody>
{% for row in report.certificates.rows %}
<tr class="{{ row.verdict }}"><td class="n">{{ row.days if row.days is not none else "–" }}</td><td>{{ row.host }}</td>
<td>{{ row.where }}</td><td>{{ row.subject }}</td><td>{{ row.key }}</td></tr>
{% endfor %}
</tbody></table></div>
</section>
{% endif %}
</main>
</body>
</html>
"""
