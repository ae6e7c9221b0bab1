"""Metrics, alert rules and the dashboard: well formed, and every name that is asked for is one that the node says."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from node_process import Admin, Node

programs, monitoring = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
maker, promtool = sys.argv[3], shutil.which(sys.argv[4]) or shutil.which("promtool")
node = Node(programs / "lastmile-node")


def expressions():
    dashboard = json.loads((monitoring / "dashboard.json").read_text())
    assert dashboard["uid"] is None, "a fixed uid would replace another dashboard"
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield f"panel {panel['title']}", target["expr"].replace("$instance", ".*")
    for line in (monitoring / "alerts.yml").read_text().splitlines():
        if line.strip().startswith("expr:"):
            yield "alerts.yml", line.split("expr:", 1)[1].strip()


def node_text():
    with tempfile.TemporaryDirectory(prefix="lastmile-e2e-") as name:
        data = pathlib.Path(name) / "data"
        node.expect("init", 0, "init", "--data", data)
        with node.running(data, "--set", "economy.charge=false") as process:
            admin = Admin(data, process)
            before = node.expect("metrics", 0, "metrics", "--data", data).stdout
            made = subprocess.run([maker, "8", "3"], capture_output=True, text=True, check=True).stdout
            for line in made.splitlines():
                message = json.loads(line)
                admin.ask("publish", envelope=message["envelope"], uploads=message["uploads"])
            admin.ask("publish", envelope="rubbish")
            return before, node.expect("metrics again", 0, "metrics", "--data", data).stdout


def value(text, series):
    found = re.search(rf"^{re.escape(series)} (\S+)$", text, re.M)
    if not found:
        sys.exit(f"no series {series} in:\n{text}")
    return float(found.group(1))


before, text = node_text()
for series, wanted in (('lastmile_status_changes_total{to="processed"}', 8), ('lastmile_events_total{event="message_acknowledged"}', 8),
                       ("lastmile_intake_open", 1)):
    if value(text, series) != wanted or (series.startswith("lastmile_e") and value(before, series) != 0):
        sys.exit(f"{series}: expected {wanted}, got {value(text, series)}")
for series in ("lastmile_disk_free_bytes", "lastmile_process_resident_bytes", "lastmile_process_cpu_seconds_total", "lastmile_storage_syncs_total"):
    if value(text, series) <= 0:
        sys.exit(f"{series} is not above 0")
print("ok: the node counts what happens")

names = set(re.findall(r"^# TYPE (\S+)", text, re.M))
known = names | {f"{name}{end}" for name in names for end in ("_bucket", "_sum", "_count")}
for where, expression in expressions():
    for name in re.findall(r"\blastmile_[a-z_]+", expression):
        if name not in known:
            sys.exit(f"{where}: the node has no {name}")
    for name, values in re.findall(r'(\w+)=~?"([^"]*)"', expression):
        if name not in ("instance", "job") and f'{name}="{values}"' not in text:
            sys.exit(f'{where}: the node has no {name}="{values}"')
print("ok: rules and dashboard ask for what the node says")

if promtool is None:
    print("skipped: no promtool (tools/install check brings it)")
    sys.exit(0)
checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)
if checked.returncode != 0:
    sys.exit(f"promtool check metrics: {checked.stdout}{checked.stderr}")
print("ok: promtool reads the metrics")
checked = subprocess.run([promtool, "check", "rules", monitoring / "alerts.yml"], capture_output=True, text=True)
if checked.returncode != 0:
    sys.exit(f"promtool check rules: {checked.stdout}{checked.stderr}")
print("ok: promtool reads the rules")
with tempfile.NamedTemporaryFile("w", suffix=".yml") as rules:
    # Every expression of the dashboard as a recording rule: Prometheus has no other way to read one without data.
    rules.write("groups:\n- name: dashboard\n  rules:\n")
    for number, (_, expression) in enumerate(expressions()):
        rules.write(f"  - record: panel:number{number}\n    expr: {json.dumps(expression)}\n")
    rules.flush()
    checked = subprocess.run([promtool, "check", "rules", rules.name], capture_output=True, text=True)
    if checked.returncode != 0:
        sys.exit(f"dashboard: {checked.stdout}{checked.stderr}")
print("ok: promtool reads the dashboard's expressions")
