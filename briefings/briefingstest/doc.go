// Package briefingstest helps to test what stands on package briefings: a Library in memory, the suite that every
// Library passes, a scripted Drafter, sample articles, and small helpers for goldens and for what a machine may lack.
package briefingstest
