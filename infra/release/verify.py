"""Verifies a release before it is deployed: that it is whole, its checksums, and that each zip is what Lambda takes.

    python verify.py [RELEASE] [--unpack FOLDER] [--trial]

Without RELEASE, the folder this file is in. --unpack leaves the binaries in FOLDER/<processor>/<function>/bootstrap. --trial takes
a trial of the packaging, which nobody should deploy. Needs nothing but Python.
"""

import argparse
import hashlib
import json
import stat
import sys
import zipfile
from pathlib import Path

#: What Lambda takes in one request ("Lambda quotas": deployment package, zipped, direct upload).
LARGEST_ZIP = 50 * 1024 * 1024
FUNCTIONS = ["deactivate-stale", "list-accounts", "notify-owner", "rotate-key"]
#: How ELF numbers the processors (e_machine, at byte 18).
PROCESSORS = {"arm64": 183, "x86_64": 62}
BESIDE = ["LICENSE", "keysteward.yaml", "member-role.yaml", "policies.zip", "release.json", "terraform.zip", "verify.py"]


def missing(release, trial):
    """What a release has and this one does not: all functions for each processor, with their bills of materials."""
    present = {path.name for path in release.iterdir() if path.stat().st_size}
    processors = [processor for processor in PROCESSORS if any(f"{function}-{processor}.zip" in present for function in FUNCTIONS)]
    if not processors:
        yield "there is no zip of any function"
    forms = ["zip"] if trial else ["zip", "cdx.json"]
    whole = [f"{function}-{processor}.{form}" for function in FUNCTIONS for processor in processors for form in forms] + BESIDE
    for name in sorted(set(whole) - present):
        yield f"{name} is missing, or empty"
    for name in sorted(present - set(whole) - {"SHA256SUMS"}):
        yield f"{name} is no part of a release"
    if "release.json" in present and json.loads(Path(release, "release.json").read_text())["trial"] and not trial:
        yield "this is a trial of the packaging, with binaries of nobody knows which build"


def wrong_sums(release):
    """Files that are not as SHA256SUMS has them, missing, or not in it."""
    sums = {}
    for line in Path(release, "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ", 1)
        sums[name] = digest
    present = {path.name for path in release.iterdir()} - {"SHA256SUMS"}
    for name in sorted(present | sums.keys()):
        if name not in present:
            yield f"{name} is missing"
        elif name not in sums:
            yield f"{name} is not in SHA256SUMS"
        elif hashlib.sha256(Path(release, name).read_bytes()).hexdigest() != sums[name]:
            yield f"{name} is not the file that SHA256SUMS was made of"


def wrong_zip(path, unpack):
    """Why Lambda would not run this zip; unpacks it when it would."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        if archive.testzip():
            return f"{path.name} is damaged"
        if [entry.filename for entry in entries] != ["bootstrap"]:
            return f"{path.name} holds {[entry.filename for entry in entries]}, not bootstrap alone"
        (entry,) = entries
        mode = entry.external_attr >> 16
        if not stat.S_ISREG(mode) or stat.S_IMODE(mode) != 0o755:
            return f"{path.name}: everybody must be able to execute bootstrap, and only its owner to change it, but its mode is {mode:o}"
        if path.stat().st_size > LARGEST_ZIP:
            return f"{path.name} is larger than Lambda takes at once"
        function, _, architecture = path.stem.rpartition("-")
        start = archive.read(entry)[:20]
        if start[:5] != b"\x7fELF\x02" or int.from_bytes(start[18:20], "little") != PROCESSORS[architecture]:
            return f"{path.name}: bootstrap is no program for {architecture}"
        if unpack:
            binary = Path(unpack, architecture, function, "bootstrap")
            binary.parent.mkdir(parents=True, exist_ok=True)
            binary.write_bytes(archive.read(entry))
            binary.chmod(stat.S_IMODE(mode))
    return None


def main():
    options = argparse.ArgumentParser(description="Verifies a release.")
    options.add_argument("release", type=Path, nargs="?", default=Path(__file__).resolve().parent)
    options.add_argument("--unpack", type=Path, metavar="FOLDER")
    options.add_argument("--trial", action="store_true")
    chosen = options.parse_args()
    findings = [*missing(chosen.release, chosen.trial), *wrong_sums(chosen.release)]
    zips = sorted(path for path in chosen.release.glob("*.zip") if path.stem.endswith(("-arm64", "-x86_64")))
    if not findings:
        findings += filter(None, (wrong_zip(path, chosen.unpack) for path in zips))
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"{chosen.release}: {len(zips)} zips of functions, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
