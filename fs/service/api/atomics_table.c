/* SPDX-License-Identifier: MIT */
/*
 * The limits of custom_script_execute are from the API's own example. For the other atomics only
 * the keys are public. The inputs of execute_api are those that all samples have. The input of
 * coc_step_sleep is our invention. An atomic whose inputs nobody has seen has none.
 */
#include "service/api/atomics_table.h"

#define NO_LIMITS ATOMIC_NONE, ATOMIC_NONE, ATOMIC_NONE, ATOMIC_NONE, NULL
#define SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct atomic_input sleep_inputs[] = {
	{"seconds", "休眠时间", "Seconds", true, "int", NULL, 0, 999999999, ATOMIC_NONE,
	 ATOMIC_NONE, NULL},
};

static const struct atomic_input api_inputs[] = {
	{"service", "云服务", "Service", true, "string", NULL, NO_LIMITS},
	{"api_name", "API名称", "API name", true, "string", NULL, NO_LIMITS},
	{"region", "区域", "Region", true, "string", NULL, NO_LIMITS},
	{"path_params", "路径参数", "Path parameters", false, "json", "{}", NO_LIMITS},
	{"query", "查询参数", "Query", false, "json", "{}", NO_LIMITS},
	{"body", "请求体", "Body", false, "json", "{}", NO_LIMITS},
	{"timeout", "超时时间", "Timeout", false, "int", NULL, 1, ATOMIC_NONE, ATOMIC_NONE,
	 ATOMIC_NONE, NULL},
};

static const struct atomic_input script_inputs[] = {
	{"wait_uniagent_time", "等待UniAgent时间", "Time to wait for UniAgent", false, "int", "0",
	 0, 1200, ATOMIC_NONE, ATOMIC_NONE, NULL},
	{"script_uuid", "脚本", "Script", true, "string", NULL, NO_LIMITS},
	{"instance_list", "目标实例", "Instances", false, "json", NULL, NO_LIMITS},
	{"execute_user", "执行用户", "User", true, "string", NULL, ATOMIC_NONE, ATOMIC_NONE, 1, 32,
	 NULL},
	{"timeout", "超时时间", "Timeout", true, "int", "60", 6, 1800, ATOMIC_NONE, ATOMIC_NONE,
	 NULL},
	{"success_rate", "成功率", "Success rate", false, "int", "100", 0, 100, ATOMIC_NONE,
	 ATOMIC_NONE, NULL},
	{"script_params", "脚本参数", "Script parameters", false, "json", NULL, NO_LIMITS},
};

const struct atomic atomics[] = {
	{"coc_step_pause", "暂停", "Pause", "FUNCTION", false, 0, NULL, 0},
	{"coc_step_sleep", "休眠", "Sleep", "FUNCTION", false, 0, sleep_inputs, SIZE(sleep_inputs)},
	{"coc_step_branch", "分支", "Branch", "FUNCTION", false, 0, NULL, 0},
	{"coc_step_loop", "循环", "Loop", "FUNCTION", false, 0, NULL, 0},
	{"execute_api", "执行API", "Execute API", "CLOUD_API", true, 0, api_inputs,
	 SIZE(api_inputs)},
	{"custom_script_execute", "执行自定义脚本", "Execute custom script", "FUNCTION", false, 100,
	 script_inputs, SIZE(script_inputs)},
};

const size_t n_atomics = SIZE(atomics);
