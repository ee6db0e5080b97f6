"""A small Debian in a folder, in which the package can be installed; for scripts/units and scripts/container."""
import hashlib
import os
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Kept from one run to the next: made once for what a package needs.
ROOTS = ROOT / ".build/debian"


class Failed(Exception):
    """Something is not as it must be."""


class LeftOut(Exception):
    """This machine does not let it be tried; the text says why."""


def run(*command, expect=0, stdin=None, seconds=120):
    """Runs to the end, and gives what it printed; any exit code where none is expected."""
    done = subprocess.run([str(word) for word in command], input=stdin, text=True, capture_output=True, timeout=seconds)
    if expect is not None and done.returncode != expect:
        raise Failed(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def need(**packages):
    """Leaves it out unless this is root and each program is there: program="package"."""
    if os.geteuid() != 0:
        raise LeftOut("only root may make a system in a folder")
    missing = [package for program, package in packages.items() if not shutil.which(program.replace("_", "-"))]
    if missing:
        raise LeftOut(f"missing here: apt-get install {' '.join(missing)}")


def package_of(path):
    """The package that was named, or the one that `make deb` has made."""
    packages = [pathlib.Path(path)] if path else sorted((ROOT / ".build/deb").glob("*.deb"))
    if not packages or not packages[-1].exists():
        raise LeftOut("there is no package: make deb")
    return packages[-1].resolve()


def field(package, name):
    return run("dpkg-deb", "--field", package, name).stdout.strip()


def needed(package):
    """The names of what the package depends on; of alternatives the first."""
    return [one.split("|")[0].split("(")[0].strip() for one in field(package, "Depends").split(",")]


def base(package, *others):
    """A root of this machine's release with all that the package needs and `others`, but without the package."""
    include = ",".join(sorted({*needed(package), *others}))
    release = dict(line.rstrip().split("=", 1) for line in open("/etc/os-release") if "=" in line)
    suite = release.get("VERSION_CODENAME", "").strip('"')
    root = ROOTS / f"{suite}-{hashlib.sha256(include.encode()).hexdigest()[:12]}"
    if not root.exists():
        print(f"making a {suite} in {root}, once", flush=True)
        ROOTS.mkdir(parents=True, exist_ok=True)
        made = pathlib.Path(f"{root}.{os.getpid()}")
        mirror = [os.environ["DEBIAN_MIRROR"]] if os.environ.get("DEBIAN_MIRROR") else []
        done = run("debootstrap", "--variant=minbase", f"--include={include}", suite, made, *mirror, expect=None, seconds=900)
        if done.returncode != 0:
            shutil.rmtree(made, ignore_errors=True)
            raise LeftOut(f"debootstrap: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
        made.rename(root)
    return root


def copy(root, place):
    """A copy that may be changed."""
    run("cp", "--archive", "--reflink=auto", root, place)
    return place
