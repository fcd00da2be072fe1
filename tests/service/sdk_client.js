// SPDX-License-Identifier: MIT
// Drives a service with the core of the official Node SDK, which signs and sends by itself. Arguments:
// the endpoint, and a JSON array of [method, path, {query}, body or null]. Prints a JSON array of what
// the SDK made of each answer: its value, or {error: {status, code, message, requestId}}.
const { connect } = require("./sdk.js");

const [endpoint, calls] = process.argv.slice(2);
const client = connect(endpoint, 20000);

async function call([method, path, queryParams, data]) {
	const options = { method, url: path, contentType: "application/json", queryParams, pathParams: {}, headers: {} };
	if (data !== null) options.data = data;
	try {
		return await client.sendRequest(options);
	} catch (error) {
		return {
			error: {
				status: error.httpStatusCode,
				code: error.errorCode,
				message: error.errorMsg || error.message,
				requestId: error.requestId,
			},
		};
	}
}

(async () => {
	const answers = [];
	let made = null;
	// "{made}" stands for the job that the first create made
	for (const [method, path, query, data] of JSON.parse(calls)) {
		answers.push(await call([method, path.replace("{made}", made), query, data]));
		if (made === null && method === "POST") made = answers[0].data;
	}
	console.log(JSON.stringify(answers));
})();
