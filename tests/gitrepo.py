"""Git repositories, as tests want them: somebody's, with a commit."""

import subprocess


def git(folder, *arguments):
    """Run git in a folder; what it prints."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def begin(folder, *files):
    """Make a folder a repository, and commit some files or all of them; the folder."""
    git(folder, "init", "--quiet")
    git(folder, "config", "user.name", "test")
    git(folder, "config", "user.email", "test@example.org")
    git(folder, "add", *(files or ["--all"]))
    git(folder, "commit", "--quiet", "--message", "everything")
    return folder
