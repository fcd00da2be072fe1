# SPDX-License-Identifier: MIT
# Sourced by the tools: a directory for what a run makes. It is removed when the run ends, also if the run is killed.

# Makes $place. When this script has ended, normally or not, a watcher unmounts what is mounted in the
# directory and removes it. The watcher learns of the end from descriptor 9: start a program that outlives the
# script with 9>&-. Tests that were killed with the script are cleaned up by their janitor
# (tests/lib/janitor.py). The watcher gives the janitor 30 seconds before it unmounts lazily
# (fusermount3 -z).
make_place() {
	place=$(mktemp -d)
	mkfifo "$place/alive"
	setsid sh -c '
		read -r _ <"$1/alive"
		mounts() {
			findmnt -lno TARGET | while IFS= read -r m; do
				case $m in "$1"/*) printf "%s\n" "$m" ;; esac
			done
		}
		unmount() {
			mounts "$1" | while IFS= read -r m; do fusermount3 "$2" "$m" || umount "$m"; done
		}
		for _ in $(seq 150); do
			unmount "$1" -u
			[ -n "$(mounts "$1")" ] || ! rm -rf "$1" || exit 0
			sleep 0.2
		done
		unmount "$1" -uz
		[ -n "$(mounts "$1")" ] || rm -rf "$1"
	' sh "$place" </dev/null >/dev/null 2>&1 &
	watcher=$!
	exec 9>"$place/alive"
}

# For the EXIT trap: waits until the place is gone.
leave_place() {
	exec 9>&-
	wait "$watcher" || :
}
