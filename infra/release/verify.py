"""Verifies a release before it is deployed: checksums, and that each zip is what Lambda takes.

    python infra/release/verify.py RELEASE [--unpack FOLDER]

--unpack leaves the binaries in FOLDER/<architecture>/<function>/bootstrap. Needs nothing but Python.
"""

import argparse
import hashlib
import stat
import sys
import zipfile
from pathlib import Path

#: What Lambda takes in one request ("Lambda quotas": deployment package, zipped, direct upload).
LARGEST_ZIP = 50 * 1024 * 1024


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
        if [entry.filename for entry in entries] != ["bootstrap"]:
            return f"{path.name} holds {[entry.filename for entry in entries]}, not bootstrap alone"
        (entry,) = entries
        mode = entry.external_attr >> 16
        if not stat.S_ISREG(mode) or stat.S_IMODE(mode) != 0o755:
            return f"{path.name}: everybody must be able to execute bootstrap, and only its owner to change it, but its mode is {mode:o}"
        if path.stat().st_size > LARGEST_ZIP:
            return f"{path.name} is larger than Lambda takes at once"
        if unpack:
            function, _, architecture = path.stem.rpartition("-")
            binary = Path(unpack, architecture, function, "bootstrap")
            binary.parent.mkdir(parents=True, exist_ok=True)
            binary.write_bytes(archive.read(entry))
            binary.chmod(stat.S_IMODE(mode))
    return None


def main():
    options = argparse.ArgumentParser(description="Verifies a release.")
    options.add_argument("release", type=Path)
    options.add_argument("--unpack", type=Path, metavar="FOLDER")
    chosen = options.parse_args()
    findings = list(wrong_sums(chosen.release))
    zips = sorted(path for path in chosen.release.glob("*.zip") if path.stem.endswith(("-arm64", "-x86_64")))
    if not zips:
        findings.append("no zip of any function")
    if not findings:
        findings += filter(None, (wrong_zip(path, chosen.unpack) for path in zips))
    for finding in findings:
        print(finding, file=sys.stderr)
    print(f"{chosen.release}: {len(zips)} functions, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
