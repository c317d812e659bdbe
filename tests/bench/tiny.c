/*
 * tiny: the smallest program there is, so that a benchmark of pools measures the pool. Exits with
 * 0; built with -DLINE it prints one line first, with -DBOTH one on stderr too, with -DBLOCK 4 KiB
 * instead. Linked without a libc where the instructions are
 * known, as an ordinary program elsewhere.
 */
#ifdef BLOCK
__attribute__((unused)) static const char text[4096] = "a block\n";
#else
__attribute__((unused)) static const char text[] = "one line\n";
#endif

#define LENGTH (sizeof(text) == 4096 ? 4096 : sizeof(text) - 1)

#if defined(BLOCK) || defined(LINE)
#define SAYS
#endif

#if defined(__x86_64__) && defined(__linux__)

__attribute__((unused)) static long
call(long number, long a, const void *b, long c)
{
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c)
			 : "rcx", "r11", "memory");
	return result;
}

#define WRITE 1
#define EXIT 60

#elif defined(__aarch64__) && defined(__linux__)

__attribute__((unused)) static long
call(long number, long a, const void *b, long c)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register const void *x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
	return x0;
}

#define WRITE 64
#define EXIT 93

#else
#define HOSTED
#include <unistd.h>
#endif

#ifdef HOSTED

int
main(void)
{
	int status = 0;

#ifdef SAYS
	status = write(1, text, LENGTH) != LENGTH;
#endif
#ifdef BOTH
	status |= write(2, text, LENGTH) != LENGTH;
#endif
	return status;
}

#else

void _start(void);

void
_start(void)
{
	long status = 0;

#ifdef SAYS
	status = call(WRITE, 1, text, LENGTH) != LENGTH;
#endif
#ifdef BOTH
	status |= call(WRITE, 2, text, LENGTH) != LENGTH;
#endif
	call(EXIT, status, 0, 0);
	__builtin_unreachable();
}

#endif
