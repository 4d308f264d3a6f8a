/* An answer for kubelet where this program itself fails. */
#ifndef FRONT_CRASH_H
#define FRONT_CRASH_H

/*
 * Has the driver answer a failure, and exit with 0, where it would end by a fault (SIGSEGV, SIGBUS, SIGILL, SIGFPE,
 * SIGABRT). On any other end kubelet logs the call-out's arguments, the secrets among them.
 */
void front_answer_crashes(void);
/* Undoes it, for a hand-over; front_reset_signals, which has to be called too, puts back the dispositions. */
void front_leave_crashes(void);

#endif
