#!/usr/bin/env bash
# Start JupyterLab as the place wants it:
#
#   JUPYTERHUB_API_TOKEN is set   JupyterHub: its single-user server, with the hub's login
#   NB_PREFIX is set              Kubeflow, Open Data Hub: below that path, without a token of
#                                 its own, as only the platform's proxy reaches it
#   neither                       podman, docker: a random token, which the log shows
#
# Unless PIPELINE_URL names a service, the workshop's own is there beside it.
#
# NOTEBOOK_PORT, NOTEBOOK_BASE_URL, NOTEBOOK_ROOT_DIR and NOTEBOOK_ARGS, words with spaces
# between, are what images of Open Data Hub take. Arguments are added; if the first is no flag,
# they are a command that is run instead.
set -euo pipefail
umask 0002 # so that whoever comes next with another user id, and group 0, can go on

if [[ ! -w $HOME ]]; then
  elsewhere=$(mktemp --directory /tmp/home-XXXXXX)
  echo "start-notebook.sh: $HOME cannot be written to; using $elsewhere, which ends with this container. Mount a volume on $HOME to keep what you do." >&2
  export HOME=$elsewhere
fi
workshop=/opt/app-root/share/netherfield/workshop
if [[ ! -e $HOME/workshop && -d $workshop ]]; then
  # Half of it is none: it gets its name when it is whole.
  copy=$(mktemp --directory "$HOME/.workshop-XXXXXX")
  if cp -R --no-preserve=mode,ownership "$workshop/." "$copy" && chmod 0775 "$copy" && mv -T "$copy" "$HOME/workshop"; then
    echo "start-notebook.sh: the workshop's notebooks are in $HOME/workshop" >&2
  else
    rm -rf "$copy"
    echo "start-notebook.sh: the workshop's notebooks could not be copied to $HOME; they are in $workshop" >&2
  fi
fi
# Jupyter would make them for this user id alone.
mkdir -p "$HOME/.local/share/jupyter" "$HOME/.local/state"
cd "$HOME"

if [[ $# -gt 0 && $1 != -* ]]; then
  case $1 in
    start-notebook.sh | start-singleuser.sh | jupyterhub-singleuser) shift ;; # what platforms call this
    *) exec "$@" ;;
  esac
fi
if [[ -n ${JUPYTERHUB_API_TOKEN:-} ]]; then
  exec netherfield with-service jupyterhub-singleuser "$@"
fi

# Where it listens is in jupyter_server_config.py, as an argument can be given but once.
# One word is one argument, and quotes are none: as the platform means it.
read -r -d '' -a more <<<"${NOTEBOOK_ARGS:-}" || true
exec netherfield with-service jupyter lab "${more[@]}" "$@"
