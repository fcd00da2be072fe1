// SPDX-License-Identifier: MIT
// Drives a service with the core of the official Node SDK, which signs and sends by itself. Arguments:
// the endpoint, and a JSON array of [method, path, {query}, body or null]. Prints a JSON array of what
// the SDK made of each answer: its value, or {error: {status, code, message, requestId}}.
const { GlobalCredentials } = require("@huaweicloud/huaweicloud-sdk-core");
const { ClientBuilder } = require("@huaweicloud/huaweicloud-sdk-core/ClientBuilder");

const [endpoint, calls] = process.argv.slice(2);
const credentials = new GlobalCredentials()
	.withAk(process.env.HUAWEICLOUD_SDK_AK)
	.withSk(process.env.HUAWEICLOUD_SDK_SK)
	.withDomainId("d0123");
const client = new ClientBuilder((http) => http, "GlobalCredentials,BasicCredentials")
	.withCredential(credentials)
	.withEndpoint(endpoint)
	.withOptions({ axiosRequestConfig: { timeout: 20000 } })
	.build();

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
