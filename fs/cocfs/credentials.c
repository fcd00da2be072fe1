/* SPDX-License-Identifier: MIT */
#include "cocfs/credentials.h"

#include "coc/credentials_file.h"

int credentials_init(struct credentials *credentials, const char *profile, struct err *err)
{
	*credentials = (struct credentials){.profile = profile};
	return coc_environment_take(&credentials->environment, err);
}

static int find_creds(const struct credentials *credentials, struct coc_creds **ret_creds,
		      struct err *err)
{
	const struct coc_places places = {.environment = &credentials->environment,
					  .profile = credentials->profile};

	return credentials->file ? coc_creds_read(credentials->file, ret_creds, err)
				 : coc_chain_find(&places, ret_creds, err);
}

int credentials_find(struct credentials *credentials, struct err *err)
{
	return find_creds(credentials, &credentials->current, err);
}

int credentials_find_again(struct credentials *credentials, struct coc_client *client,
			   struct err *err)
{
	struct coc_creds *creds = NULL;
	int r = find_creds(credentials, &creds, err);

	if (r < 0)
		return r;
	coc_client_set_creds(client, creds);
	coc_creds_free(credentials->current);
	credentials->current = creds;
	return 0;
}

void credentials_finish(struct credentials *credentials)
{
	coc_creds_free(credentials->current);
	credentials->current = NULL;
	coc_environment_finish(&credentials->environment);
}
