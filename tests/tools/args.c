/*
 * args: its arguments, each ended by a NUL, and nothing else. What printf(1) can't do for an empty
 * list.
 */
#include <stdio.h>
#include <string.h>

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		fwrite(argv[i], 1, strlen(argv[i]) + 1, stdout);
	return fflush(stdout) ? 1 : 0;
}
