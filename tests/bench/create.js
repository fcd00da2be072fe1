// SPDX-License-Identifier: MIT
// Creates a job from each file with the core of the official Node SDK. Arguments: the endpoint, how many calls may be
// in flight, the files. Prints the seconds from the first call to the last answer, without the start of Node.
const fs = require("fs");
const path = require("path");
const { GlobalCredentials } = require("@huaweicloud/huaweicloud-sdk-core");
const { ClientBuilder } = require("@huaweicloud/huaweicloud-sdk-core/ClientBuilder");

const [endpoint, inFlight, ...files] = process.argv.slice(2);
const credentials = new GlobalCredentials()
	.withAk(process.env.HUAWEICLOUD_SDK_AK)
	.withSk(process.env.HUAWEICLOUD_SDK_SK)
	.withDomainId("d0123");
const client = new ClientBuilder((http) => http, "GlobalCredentials,BasicCredentials")
	.withCredential(credentials)
	.withEndpoint(endpoint)
	.withOptions({ axiosRequestConfig: { timeout: 60000 } })
	.build();

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
