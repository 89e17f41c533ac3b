// Package catalogue is the list of everything the state offers: services by
// category, by authority, by audience and by region, the words by which people
// find them, and what somebody still lacks to get one (CAT, NAV, P-26, P-27).
//
// It is made once at start from the jurisdiction's data and never changes after;
// a new service is a new file of the pack (GEN-16). It owns no table and writes
// nothing. It never decides an application: package application asks again when
// one is begun and when one is sent.
package catalogue
