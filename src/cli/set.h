/*
 * What an option that is more than a flag does to struct options: a column of the option table.
 * A setter gets the option's value (NULL for one that takes none; choices are already checked)
 * and returns NULL, or the reason why the value is wrong: a phrase that stays valid, to follow
 * "--option value: ".
 */
#ifndef SPOOL_SET_H
#define SPOOL_SET_H

#include "cli/options.h"

typedef const char *option_setter(struct options *o, const char *value);

option_setter set_arg_file, set_null, set_delimiter, set_end, set_column_separator, set_header,
    set_trim, set_shuffle, set_list_separator, set_file_separator;
option_setter set_max_args, set_max_replace_args, set_max_lines, set_lines, set_max_chars,
    set_show_limits;
option_setter set_replacement, set_replace, set_no_extension, set_base, set_directory,
    set_base_no_extension, set_seq, set_slot;
option_setter set_shell_path, set_wd, set_slot_variable;
option_setter set_jobs, set_max_procs, set_delay, set_load, set_limit, set_nice, set_memfree,
    set_memsuspend;
option_setter set_jobserver, set_jobserver_style;
option_setter set_group, set_keep_order, set_no_keep_order, set_line_buffer, set_ungroup,
    set_tag_string, set_tmpdir, set_buffer;
option_setter set_results, set_max_output;
option_setter set_exit_rule, set_halt, set_grace;
option_setter set_fail_fast, set_ok_codes, set_timeout, set_termseq, set_deadline;
option_setter set_events, set_trace;
option_setter set_retries, set_retry_delay, set_retry_on, set_retry_output;
option_setter set_joblog, set_fail_log, set_resume, set_resume_failed, set_retry_failed;
option_setter set_junit, set_tap;
option_setter set_partition, set_partition_by;
option_setter set_progress, set_bar, set_eta, set_color;
option_setter set_ci, set_show, set_quiet_ok, set_heartbeat;
option_setter set_shell_quote, set_silent, set_summary;
option_setter set_semaphore_id, set_semaphore_timeout;
option_setter set_personality, set_nothing, set_citation, set_completion, set_help, set_version;

/* What is wrong with --partition together with other options, or NULL. */
const char *set_partition_fault(const struct options *o);

/* What --color, --progress, --bar and --eta come to; when the style is settled. */
void set_look_settle(struct options *o);

/*
 * What is wrong with --ci-safe or --show, or NULL; and what --ci and --show come to, before it is
 * known whether output is kept in order.
 */
const char *set_ci_fault(const struct options *o);
void set_ci_settle(struct options *o, char *const *envp);

/* NULL when path is a directory, else why it is not. */
const char *set_directory_fault(const char *path);

#endif
