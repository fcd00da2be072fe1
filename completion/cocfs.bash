# SPDX-License-Identifier: MIT
# Completion of cocfs, cocfs-wait, cocfs-check and cocd for bash. The options are those that the
# program's own --help shows, so the two cannot differ. It needs no other package.

# The words of an option's value: sets _cocfs_values, or _cocfs_kind to what compgen makes them of.
_cocfs_value_of() {
	_cocfs_values= _cocfs_kind=
	case $1 in
	*FILE* | *PATH*) _cocfs_kind=file ;;
	DIR) _cocfs_kind=directory ;;
	USER) _cocfs_kind=user ;;
	GROUP) _cocfs_kind=group ;;
	FORMAT) _cocfs_values='text json github sarif' ;;
	LEVEL) _cocfs_values='none yaml dsl strict' ;;
	RISK) _cocfs_values='LOW MEDIUM HIGH' ;;
	*\|*) _cocfs_values=${1//|/ } ;;
	esac
}

# Adds to COMPREPLY what begins with the last part of the word; the word before it stays.
_cocfs_reply() {
	local before=$1 part=$2 words=$3 kind=$4 shown=${1##*[=:]} match
	[[ $COMP_WORDBREAKS == *[=:]* ]] || shown=$before
	while IFS= read -r match; do
		COMPREPLY+=("$shown$match")
	done < <(compgen ${kind:+-A "$kind"} ${words:+-W "$words"} -- "$part")
	case $kind in
	file | directory) compopt -o filenames 2>/dev/null ;;
	esac
}

# What follows -o: options with commas between them.
_cocfs_mount_options() {
	local word=$1 part=${1##*,} line names= name=${1##*,} known
	name=${name%%=*}
	while IFS= read -r line; do
		if [[ $line =~ ^"    "([a-z_]+)(=([^ ]+))?( |$) ]]; then
			known=${BASH_REMATCH[1]}
			[[ $known != of ]] || continue
			names+=" $known${BASH_REMATCH[2]:+=}"
			if [[ $part == *=* && $known == "$name" ]]; then
				_cocfs_value_of "${BASH_REMATCH[3]}"
				_cocfs_reply "${word%"$part"}$name=" "${part#*=}" "$_cocfs_values" "$_cocfs_kind"
				return
			fi
		fi
	done <<<"${2#*mount options:}"
	[[ $part != *=* ]] || return 0
	line=${2#*of mount(8), fuse(8)}
	_cocfs_reply "${word%"$part"}" "$part" "$names ${line%%Other*}"
	compopt -o nospace 2>/dev/null
}

# The options of a program that begin with a dash, and their values.
_cocfs_dashes() {
	local word=$1 before=$2 line options= equal
	while IFS= read -r line; do
		[[ $line =~ ^" "+- ]] || continue
		while [[ $line =~ (^| )(--?[a-zA-Z][a-z-]*)(([ =])([A-Z][^ ,]*))?(.*) ]]; do
			equal=
			[[ ${BASH_REMATCH[4]} != = ]] || equal='='
			if [[ $word == "${BASH_REMATCH[2]}="* || $before == "${BASH_REMATCH[2]}" ]] &&
				[[ ${BASH_REMATCH[5]} ]]; then
				_cocfs_value_of "${BASH_REMATCH[5]}"
				if [[ $word == --*=* ]]; then
					_cocfs_reply "${word%%=*}=" "${word#*=}" "$_cocfs_values" "$_cocfs_kind"
				else
					_cocfs_reply '' "$word" "$_cocfs_values" "$_cocfs_kind"
				fi
				return 0
			fi
			options+=" ${BASH_REMATCH[2]}$equal"
			[[ ${BASH_REMATCH[6]} == ,* ]] || break
			line=${BASH_REMATCH[6]#,}
		done
	done <<<"$3"
	[[ $word == -* ]] || return 1
	_cocfs_reply '' "$word" "$options"
	[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}

_cocfs() {
	local line=${COMP_LINE:0:COMP_POINT} said word before
	local _cocfs_values _cocfs_kind
	local -a words
	COMPREPLY=()
	said=$("$1" --help 2>/dev/null) || return 0
	word=${line##*[[:space:]]}
	read -ra words <<<"${line%"$word"}"
	before=${words[-1]}
	if [[ ${1##*/} == cocfs && $before == -o ]]; then
		_cocfs_mount_options "$word" "$said"
		return 0
	fi
	_cocfs_dashes "$word" "$before" "$said" && return 0
	case ${1##*/} in
	cocfs)
		if [[ ${#words[@]} -lt 2 || $before == -* || ${words[-2]} == -o ]]; then
			_cocfs_reply '' "$word" 'local cn-north-4 ap-southeast-3 eu-west-101'
		else
			_cocfs_reply '' "$word" '' directory
		fi
		;;
	cocfs-wait | cocfs-check) _cocfs_reply '' "$word" '' file ;;
	esac
}

complete -F _cocfs cocfs cocfs-wait cocfs-check cocd
