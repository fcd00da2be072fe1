// SPDX-License-Identifier: MIT
// Creates a job from each file with the core of the official Node SDK. Arguments: the endpoint, how many calls may be
// in flight, the files. Prints the seconds from the first call to the last answer, without the start of Node.
const fs = require("fs");
const path = require("path");
const { connect } = require("./sdk.js");

const [endpoint, inFlight, ...files] = process.argv.slice(2);
const client = connect(endpoint, 60000);

async function create(file) {
	const data = {
		name: path.parse(file).name,
		content: fs.readFileSync(file, "utf8"),
		enterprise_project_id: "0",
		risk_level: "LOW",
	};
	const options = { method: "POST", url: "/v1/documents", contentType: "application/json", queryParams: {}, pathParams: {}, headers: {}, data };
	const answer = await client.sendRequest(options);
	if (!answer.data) throw new Error(`no job: ${JSON.stringify(answer)}`);
}

async function work() {
	while (files.length) await create(files.shift());
}

(async () => {
	const begun = process.hrtime.bigint();
	await Promise.all(Array.from({ length: Number(inFlight) }, work));
	console.log((Number(process.hrtime.bigint() - begun) / 1e9).toFixed(6));
})().catch((error) => {
	console.error(error);
	process.exit(1);
});
