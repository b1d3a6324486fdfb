// Package weigh turns what several sources say about one hypothesis into an [Assessment]:
// additive terms, the factor that they make, the origins counted, and, only where somebody
// set a prior, a probability with its range. It takes no clock, no store and no chance: the
// same reports give the same answer, in whatever order they came.
//
// What holds for every answer: nothing but resolved outcomes may turn a source's word
// against it; distrust shrinks a report toward saying nothing and never hides it; unknown
// is unknown, not a number; a declared repeat counts once; and weight is kept apart from
// the count of origins.
//
// A desk weighs a case with [Assess] (or report by report with a [Case]) and teaches a
// [History] with each resolved case. Sets without outcomes are weighed by [Fitted], sets
// whose outcomes become known as they go by [Online] and [Pool]; docs/weighing.md is the
// model in two pages.
package weigh
