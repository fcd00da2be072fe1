# SPDX-License-Identifier: MIT
# Completion of cocfs, cocfs-wait, cocfs-check and cocd for fish. The options are those that the
# program's own --help shows, so the two cannot differ.

# The words of an option's value, by what --help says of it.
function __cocfs_values -a value part
    switch $value
        case '*FILE*' '*PATH*'
            __fish_complete_path $part
        case DIR
            __fish_complete_directories $part ''
        case USER
            __fish_complete_users
        case GROUP
            __fish_complete_groups
        case FORMAT
            printf '%s\n' text json github sarif
        case LEVEL
            printf '%s\n' none yaml dsl strict
        case RISK
            printf '%s\n' LOW MEDIUM HIGH
        case '*|*'
            string split '|' -- $value
    end
end

# What follows -o: options with commas between them. The token is completed as a whole.
function __cocfs_mount_options
    set -l token (commandline -ct)
    set -l part (string split ',' -- $token)[-1]
    set -l before (string sub -l (math (string length -- $token) - (string length -- $part)) -- $token)
    set -l name (string split -m 1 '=' -- $part)[1]
    set -l shown 0
    for line in (command -q cocfs; and cocfs --help 2>/dev/null)
        if string match -q '*mount options:' -- $line
            set shown 1
        else if test $shown = 1
            set -l found (string match -r '^    ([a-z_]+)(=(\S+))?(?: +(.*))?$' -- $line)
            if string match -q '* of mount(8), fuse(8) *' -- $line
                set shown 2
            else if test -n "$found[1]"
                set -l value (string match -r '^    [a-z_]+=(\S+)' -- $line)[2]
                set -l text (string match -r '^    \S+ +(\S.*)' -- $line)[2]
                if test "$found[2]" = "$name"; and string match -q '*=*' -- $part
                    for word in (__cocfs_values "$value" (string replace -r '^[^=]*=' '' -- $part))
                        printf '%s%s=%s\n' $before $name $word
                    end
                else if test -n "$value"
                    printf '%s%s=\t%s\n' $before $found[2] "$text"
                else
                    printf '%s%s\t%s\n' $before $found[2] "$text"
                end
            end
        end
        if test $shown = 2
            if string match -q '* Other options *' -- $line
                break
            end
            for word in (string split -n ' ' -- (string replace 'of mount(8), fuse(8)' '' -- $line))
                printf '%s%s\tas in mount(8)\n' $before $word
            end
        end
    end
end

# Does SOURCE stand before the token? What follows -o is none.
function __cocfs_has_source
    set -l tokens (commandline -opc)[2..-1]
    set -l before ''
    for token in $tokens
        if test "$before" != -o; and not string match -q -- '-*' $token
            return 0
        end
        set before $token
    end
    return 1
end

# Declares the options of a program that begin with two dashes.
function __cocfs_declare -a program
    command -q $program; or return
    for line in ($program --help 2>/dev/null)
        string match -qr '^  --' -- $line; or continue
        set -l text (string match -r ' {2,}(\S.*)$' -- (string sub -s 3 -- $line))[2]
        for option in (string match -ar -- '--[a-z][a-z-]*(?:[ =][A-Z][^ ,]*)?' (string replace -r '(\S) {2,}.*' '$1' -- $line))
            set -l parts (string match -r -- '^--([a-z-]+)(?:[ =](.*))?$' $option)
            if test -n "$parts[3]"
                complete -c $program -l $parts[2] -x -d "$text" -a "(__cocfs_values '$parts[3]' (string replace -r '^--[^=]*=' '' -- (commandline -ct)))"
            else
                complete -c $program -l $parts[2] -d "$text"
            end
        end
    end
end

complete -c cocfs -f
complete -c cocfs -s f -d 'stay in the foreground, log to standard error'
complete -c cocfs -s d -d 'the same, with the debug output of libfuse'
complete -c cocfs -s h -l help -d 'show the options'
complete -c cocfs -s V -l version -d 'show the version'
complete -c cocfs -s o -x -d 'mount options' -a '(__cocfs_mount_options)'
complete -c cocfs -n 'not __cocfs_has_source' -a 'local cn-north-4 ap-southeast-3 eu-west-101' -d 'where the jobs go'
complete -c cocfs -n __cocfs_has_source -a '(__fish_complete_directories (commandline -ct) "")'
complete -c cocd -f
for program in cocfs-wait cocfs-check cocd
    __cocfs_declare $program
end
