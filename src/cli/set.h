/*
 * What an option that is more than a flag does to struct options: a column of the option table.
 * A setter gets the option's value (NULL for one that takes none; choices are already checked)
 * and returns NULL, or the reason why the value is wrong: a phrase that stays valid, to follow
 * "--option value: ".
 */
#ifndef SPOOL_SET_H
#define SPOOL_SET_H

#include "cli/options.h"

#define SEVERAL_SOURCES "several input sources are not supported yet"

typedef const char *option_setter(struct options *o, const char *value);

option_setter set_arg_file, set_null, set_delimiter;
option_setter set_replacement, set_shell_path, set_wd, set_slot_variable;
option_setter set_jobs;
option_setter set_group, set_keep_order, set_line_buffer, set_ungroup, set_tag_string, set_tmpdir,
    set_buffer;
option_setter set_exit_rule, set_grace;
option_setter set_shell_quote;
option_setter set_completion, set_help, set_version;

#endif
