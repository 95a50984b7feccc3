"""Makes a release: a zip for each function and processor, bills of materials, the templates, and checksums of all of them.

    python infra/release/release.py VERSION [--architecture arm64] [--architecture x86_64] [--output FOLDER]
    python infra/release/release.py VERSION --trial FOLDER [--output FOLDER]

Builds with `cargo auditable lambda build`, from a tree without changes, so that the commit in release.json tells what is in the zips.
Every binary must be for its processor, run with the C library of Amazon Linux 2023, name the crates it was made of, and no folder of the machine that made it.
The bill of materials must name the same crates as the binary.

--trial packs the binaries of this machine's processor in a folder as they are, to try the packaging out: no build, no bill of materials. Never deploy it.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "infra" / "check"))

FUNCTIONS = sorted(folder.name for folder in (ROOT / "functions").iterdir())
#: For each processor: how ELF names it, Rust's target, the flag of cargo-lambda, the oldest processor of that kind that Lambda uses.
ARCHITECTURES = {
    "arm64": ("EM_AARCH64", "aarch64-unknown-linux-gnu", "--arm64", "neoverse-n1"),
    "x86_64": ("EM_X86_64", "x86_64-unknown-linux-gnu", "--x86-64", "haswell"),
}
#: The C library of Amazon Linux 2023 ("Building Lambda functions with Rust"; package glibc of AL2023).
NEWEST_GLIBC = (2, 34)
#: What the C library and the compiler's own come as there.
LIBRARIES = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libpthread.so.0", "libdl.so.2", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
#: Everything in a zip is as old as the format allows, so that the same binaries make the same zip.
LONG_AGO = (1980, 1, 1, 0, 0, 0)


class Refused(Exception):
    """The release cannot be made; the message says why and what to do."""


def run(*command, **options):
    """What a command prints; its errors go to the terminal."""
    try:
        return subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE, **options).stdout
    except FileNotFoundError as error:
        raise Refused(f"{command[0]} is not installed: infra/release/README.md says how") from error
    except subprocess.CalledProcessError as error:
        raise Refused(f"`{' '.join(map(str, command))}` failed: see above") from error


def local_folders():
    """The folders of this machine that could get into a binary, and what they are called there instead."""
    cargo = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    return {cargo: "/cargo", str(ROOT): "/keysteward"}


def build(architecture):
    """Builds all functions for one processor, and returns where each binary is."""
    _, _, flag, processor = ARCHITECTURES[architecture]
    folders = local_folders().items()
    environment = {
        **os.environ,
        "RUSTFLAGS": " ".join([f"-C target-cpu={processor}", *(f"--remap-path-prefix={here}={there}" for here, there in folders)]),
        "CFLAGS": " ".join(f"-ffile-prefix-map={here}={there}" for here, there in folders),
    }
    packages = [part for function in FUNCTIONS for part in ("--package", function)]
    run("cargo", "auditable", "lambda", "build", "--release", "--locked", flag, *packages, env=environment)
    target = json.loads(run("cargo", "metadata", "--no-deps", "--format-version", "1"))["target_directory"]
    return {function: Path(target, "lambda", function, "bootstrap") for function in FUNCTIONS}


def inspect(path, architecture):
    """Refuses a binary that would not start on Lambda; returns the C library it needs, and the crates it says it is made of."""
    with path.open("rb") as file:
        elf = ELFFile(file)
        if elf["e_machine"] != ARCHITECTURES[architecture][0]:
            raise Refused(f"{path} is for {elf['e_machine']}, not for {architecture}")
        wanted = {
            version.name
            for section in elf.iter_sections()
            if isinstance(section, GNUVerNeedSection)
            for _, versions in section.iter_versions()
            for version in versions
        }
        odd = sorted(name for name in wanted if name.startswith("GLIBC") and not re.fullmatch(r"GLIBC_[\d.]+", name))
        versions = [tuple(map(int, name.removeprefix("GLIBC_").split("."))) for name in wanted if re.fullmatch(r"GLIBC_[\d.]+", name)]
        newest = max(versions, default=(0,))
        libraries = {tag.needed for tag in elf.get_section_by_name(".dynamic").iter_tags() if tag.entry.d_tag == "DT_NEEDED"}
        if odd or libraries - LIBRARIES:
            raise Refused(f"{path} needs {', '.join([*odd, *sorted(libraries - LIBRARIES)])}, which provided.al2023 may not have")
        if newest > NEWEST_GLIBC:
            raise Refused(f"{path} needs GLIBC {'.'.join(map(str, newest))}; Lambda's provided.al2023 has {'.'.join(map(str, NEWEST_GLIBC))}: build with cargo-lambda's own linker")
        section = elf.get_section_by_name(".dep-v0")
        crates = json.loads(zlib.decompress(section.data()))["packages"] if section else None
    return ".".join(map(str, newest)), crates


def refuse_local_folders(path):
    """A binary that names folders of this machine differs from one that another machine makes of the same commit."""
    binary = path.read_bytes()
    for folder in local_folders():
        if folder.encode() in binary:
            raise Refused(f"{path} names the folder {folder} of this machine")


def pack(files, output):
    """Writes a zip that depends on nothing but the contents; `files` maps names to paths and modes."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, (path, mode) in sorted(files.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = 3
            entry.external_attr = (0o100000 | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())


def bills_of_materials(version, architecture, output):
    """Writes the CycloneDX bill of materials of each function, and returns the crates that each names."""
    target = ARCHITECTURES[architecture][1]
    crates = {}
    # The command writes beside each manifest: it gets a tree of its own.
    with tempfile.TemporaryDirectory() as tree:
        archive = Path(tree, "tree.tar")
        run("git", "archive", "--output", str(archive), "HEAD")
        shutil.unpack_archive(archive, tree)
        when = run("git", "show", "--no-patch", "--format=%ct", "HEAD").strip()
        run(
            "cargo", "cyclonedx", "--manifest-path", str(Path(tree, "Cargo.toml")), "--format", "json", "--spec-version", "1.5", "--no-build-deps",
            "--target", target, "--override-filename", "bill", "-qq", env={**os.environ, "SOURCE_DATE_EPOCH": when},
        )
        for function in FUNCTIONS:
            text = Path(tree, "functions", function, "bill.json").read_text().replace(tree, "/keysteward")
            bill = json.loads(text)
            own = bill["metadata"]["component"]
            own["version"] = version
            crates[function] = {(part["name"], part["version"]) for part in bill["components"]}
            Path(output, f"{function}-{architecture}.cdx.json").write_text(json.dumps(bill, indent=1) + "\n")
    return crates


def hold_together(function, embedded, billed):
    """The crates in a binary and on its bill come from two independent tools, and must agree."""
    if embedded is None:
        raise Refused(f"{function} does not name its crates: it was not built with cargo-auditable")
    every = {(crate["name"], crate["version"]) for crate in embedded}
    running = {(crate["name"], crate["version"]) for crate in embedded if crate.get("kind") != "build" and not crate.get("root")}
    if missing := sorted(running - billed):
        raise Refused(f"{function}: in the binary, but not on its bill of materials: {missing}")
    if extra := sorted(billed - every):
        raise Refused(f"{function}: on its bill of materials, but not in the binary: {extra}")


def templates(output):
    """Writes what is deployed beside the zips: the plain templates, the Terraform module, the policies for users."""
    import plain

    Path(output, "keysteward.yaml").write_text(plain.text())
    shutil.copy(ROOT / "infra" / "member-role.yaml", output)
    shutil.copy(ROOT / "infra" / "release" / "verify.py", output)
    shutil.copy(ROOT / "LICENSE", output)
    # The Terraform modules contain the templates that they deploy.
    beside = {
        "terraform": {"terraform/keysteward.yaml": Path(output, "keysteward.yaml"), "terraform/modules/member-roles/member-role.yaml": ROOT / "infra" / "member-role.yaml"},
        "policies": {},
    }
    for name, added in beside.items():
        listed = run("git", "ls-files", "-z", f"infra/{name}").split("\0")
        files = {path.removeprefix("infra/"): ROOT / path for path in listed if path} | added
        pack({inside: (path, 0o644) for inside, path in files.items()}, Path(output, f"{name}.zip"))


def release(version, architectures, output, trial):
    """Makes the release in `output`, which it empties first."""
    if not trial and run("git", "status", "--porcelain"):
        raise Refused("the tree has changes: commit them, so that the release can be told from its commit")
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    needs = {}
    for architecture in architectures:
        binaries = {function: Path(trial, function) for function in FUNCTIONS} if trial else build(architecture)
        billed = {} if trial else bills_of_materials(version, architecture, output)
        for function, binary in binaries.items():
            glibc, embedded = inspect(binary, architecture)
            if not trial:
                hold_together(function, embedded, billed[function])
                refuse_local_folders(binary)
            name = f"{function}-{architecture}.zip"
            pack({"bootstrap": (binary, 0o755)}, Path(output, name))
            needs[name] = glibc
    templates(output)
    facts = {
        "version": version, "trial": bool(trial), "commit": run("git", "rev-parse", "HEAD").strip(),
        "rustc": run("rustc", "--version").strip(), "needs_glibc": needs,
    }
    Path(output, "release.json").write_text(json.dumps(facts, indent=1) + "\n")
    sums = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted(output.iterdir())]
    Path(output, "SHA256SUMS").write_text("".join(sums))
    for name, glibc in needs.items():
        print(f"{name}: {Path(output, name).stat().st_size:,} bytes, GLIBC {glibc}")
    print(f"release: {len(sums)} files in {output}")


def main():
    options = argparse.ArgumentParser(description="Makes a release.")
    options.add_argument("version", help="such as 1.2.0")
    options.add_argument("--architecture", action="append", choices=sorted(ARCHITECTURES), help="may be given twice; without it, both")
    options.add_argument("--output", type=Path, help="default: target/keysteward-VERSION")
    options.add_argument("--trial", type=Path, metavar="FOLDER", help="pack the binaries of this folder instead of building")
    chosen = options.parse_args()
    if not re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z.+-]*", chosen.version):
        options.error(f"a version has letters, digits, dots, plus and minus, not {chosen.version!r}")
    own = {"x86_64": "x86_64", "aarch64": "arm64"}.get(platform.machine())
    if chosen.trial and own is None:
        options.error(f"Lambda has no processor {platform.machine()}")
    architectures = [own] if chosen.trial else chosen.architecture or sorted(ARCHITECTURES)
    try:
        release(chosen.version, architectures, chosen.output or ROOT / "target" / f"keysteward-{chosen.version}", chosen.trial)
    except Refused as refusal:
        print(f"no release: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
