// SPDX-License-Identifier: MIT
// The core of the official Node SDK, which signs and sends by itself, with the keys of the environment.
const { GlobalCredentials } = require("@huaweicloud/huaweicloud-sdk-core");
const { ClientBuilder } = require("@huaweicloud/huaweicloud-sdk-core/ClientBuilder");

// connect(endpoint, timeout in ms): a client of a service.
exports.connect = (endpoint, timeout) => {
	const credentials = new GlobalCredentials()
		.withAk(process.env.HUAWEICLOUD_SDK_AK)
		.withSk(process.env.HUAWEICLOUD_SDK_SK)
		.withDomainId("d0123");
	return new ClientBuilder((http) => http, "GlobalCredentials,BasicCredentials")
		.withCredential(credentials)
		.withEndpoint(endpoint)
		.withOptions({ axiosRequestConfig: { timeout } })
		.build();
};
