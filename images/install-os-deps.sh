#!/bin/sh
# Install what an image needs of its operating system, whichever that is:
#
#   install-os-deps.sh compiler git python
#
# One word for each need; apt's and dnf's packages for it stand here and nowhere else.
set -eu

packages() { # MANAGER NEED
  case $1-$2 in
    apt-compiler) echo gcc libc6-dev ;;
    dnf-compiler) echo gcc glibc-devel ;;
    apt-git) echo git openssh-client ca-certificates ;;
    dnf-git) echo git-core openssh-clients ca-certificates ;;
    apt-python) echo python3 python3-venv ;;
    dnf-python) echo python3.12 ;;
    *) echo "install-os-deps.sh: $1 has nothing for '$2'" >&2; exit 2 ;;
  esac
}

for manager in apt-get microdnf dnf none; do
  if command -v "$manager" >/dev/null; then break; fi
done
case $manager in
  apt-get) kind=apt ;;
  none) echo "install-os-deps.sh: this image has neither apt-get nor dnf; choose another BASE_IMAGE" >&2; exit 1 ;;
  *) kind=dnf ;;
esac
list=
for need in "$@"; do
  list="$list $(packages $kind "$need")"
done
# Each package is a word of its own.
# shellcheck disable=SC2086
case $kind in
  apt)
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    # As in Debian's slim images: no manuals and no translations of messages.
    apt-get install --yes --no-install-recommends \
      -o DPkg::Options::=--path-exclude='/usr/share/doc/*' -o DPkg::Options::=--path-include='/usr/share/doc/*/copyright' \
      -o DPkg::Options::=--path-exclude='/usr/share/man/*' -o DPkg::Options::=--path-exclude='/usr/share/info/*' \
      -o DPkg::Options::=--path-exclude='/usr/share/locale/*' $list
    # Nothing of it is needed to run, and logs would make each build another.
    rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/ldconfig/aux-cache /var/log/apt /var/log/dpkg.log /var/log/alternatives.log
    ;;
  dnf)
    "$manager" install --assumeyes --setopt=install_weak_deps=0 --setopt=tsflags=nodocs $list
    "$manager" clean all
    rm -rf /var/cache/dnf /var/log/dnf* /var/log/rhsm
    ;;
esac
# Of the compiler, what links never need: link-time optimization and the sanitizers, 60 MB.
rm -f /usr/lib/gcc/*/*/lto1 /usr/libexec/gcc/*/*/lto1 /usr/lib/*/lib?san.so* /usr/lib/*/libubsan.so* /usr/lib/gcc/*/*/lib?san.a /usr/lib/gcc/*/*/libubsan.a
