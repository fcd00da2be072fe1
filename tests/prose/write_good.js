// SPDX-License-Identifier: MIT
// Reads a JSON array of sentences; prints for each, as a JSON array, what write-good says of it.
const writeGood = require('write-good');

// These checks of write-good are off, because their findings are no faults here: passive voice and "there is" are right in a
// technical sentence, and a "so" joins a reason with what follows from it.
const options = {passive: false, thereIs: false, so: false, eprime: false, adverb: false, weasel: false};

// Findings that do not count: words of the API and of POSIX that write-good takes for wordy, and "it is".
const terms = /^"(it is|it was|allocate|maximum|terminate|modify|multiple|request|requested|requests|function|validate|combined|expiration|evidence|submit|retain|previously|initial)"/i;

let text = '';
process.stdin.on('data', part => { text += part; });
process.stdin.on('end', () => {
	const found = JSON.parse(text).map(sentence => writeGood(sentence, options).map(suggestion => suggestion.reason)
		.filter(reason => !terms.test(reason)));
	process.stdout.write(JSON.stringify(found));
});
