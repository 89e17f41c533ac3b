package account

import "okno/internal/jurisdiction"

// ways are the methods of proof of a jurisdiction's data and the evidence that each gives.
var ways = map[string][]Way{
	"centre": {ByDesk, ByEnvelope}, "letter": {ByLetter}, "signature": {BySignature}, "bank": {ByBank},
}

// RulesOf reads the rules about levels from a jurisdiction's data.
func RulesOf(j *jurisdiction.Jurisdiction) Rules {
	var r Rules
	for _, level := range j.Levels {
		switch level.Code.String() {
		case Standard.String():
			r.StandardRegisters = level.Proofs
		case Verified.String():
			for _, method := range level.Proofs {
				r.ProofWays = append(r.ProofWays, ways[method]...)
			}
		}
	}
	for _, id := range j.Identifiers {
		if id.Unique {
			r.UniqueNumber = id.Code
		}
	}
	return r
}
