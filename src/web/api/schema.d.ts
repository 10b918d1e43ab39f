/** Made by "npm run generate" of /openapi.json. */
export interface paths {
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether coda is well: its database answers, and it can tell its replicas that it lives. */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/hooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes what a program sends to a hook; its signature says who it is (docs/webhooks.md). */
        post: operations["postHooksId"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What coda has counted, as Prometheus reads it.
         * @description Scope `metrics`: read what coda counts.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What can be asked for: this document. */
        get: operations["getOpenapiJson"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Finds the skills that fit a query; with execute the best one is called in a conversation, as in chat.
         * @description Scope `skills`: search, run and judge skills.
         */
        post: operations["postRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/skills/{group}/{id}/deprecate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A skill stays, and models are not offered it any more.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postSkillsGroupIdDeprecate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/skills/{group}/{id}/undeprecate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Models are offered a skill again.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postSkillsGroupIdUndeprecate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/skills/{id}/deprecate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A skill stays, and models are not offered it any more.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postSkillsIdDeprecate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/skills/{id}/undeprecate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Models are offered a skill again.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postSkillsIdUndeprecate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Conversations of everybody in which something was said, the newest first; words are only your own.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Activity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/activity/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest turns of a conversation with their steps; words and arguments are only your own.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1ActivityId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls that wait for a yes: the person's own, for owners everybody's.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Approvals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decides about a call that waits: a person about their own, an owner about everybody's.
         * @description Scope `consent`: press buttons as its person would: what it approves is done.
         */
        post: operations["postV1ApprovalsId"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/past": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest calls that were decided, and what came of them.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1ApprovalsPast"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/artifacts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A file that was handed over in a conversation of this token.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1ArtifactsId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The log of what was done, the newest first.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The backups in the folder of backups, and how the one that is being made fares.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Backups"];
        put?: never;
        /**
         * Begins a backup; GET /v1/backups tells how it fares.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1Backups"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/backups/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A backup as a file.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1BackupsName"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/buttons/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Presses a button of an answer. To approve something the token needs the scope consent, or the request X-Approval-Token.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        post: operations["postV1ButtonsId"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/buttons/{id}/form": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The line of words that a button asks for.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1ButtonsIdForm"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's conversations, the newest first; for a person at a browser also those on other platforms.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1Chats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chats/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Deletes what was said in a conversation of its own; what came of it (reminders, notes) stays.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        delete: operations["deleteV1ChatsId"];
        options?: never;
        head?: never;
        /**
         * Gives a conversation of its own a title.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        patch: operations["patchV1ChatsId"];
        trace?: never;
    };
    "/v1/chats/{id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was said in a conversation, the oldest first; what was unread counts as read now, if it is seen.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1ChatsIdEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chats/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stops what is being answered in a conversation of its own; what was said of the answer stays.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        post: operations["postV1ChatsIdStop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/chats/{id}/turns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the newest messages of a conversation of its own were answered, step by step.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1ChatsIdTurns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connectors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Connectors, with the secrets that are not set, and files that describe none.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Connectors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connectors/{name}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks a connector for something, as a skill would.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1ConnectorsNameTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The conversations of this token, the newest first.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1Conversations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What was said in a conversation of this token, the oldest first.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1ConversationsId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is unread in a conversation, then what is said from now on: answers as they grow, reminders as they come.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1ConversationsIdEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/conversations/{id}/messages/{message}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A message of this token with its answer as it stands.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1ConversationsIdMessagesMessage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is said from now on in all conversations of its own, and what else has changed: events ready, entry, delete, typing and changed.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1Events"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Webhooks, and when each was used last.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Hooks"];
        put?: never;
        /**
         * Makes a webhook for one person; its secret is shown this once.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1Hooks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/hooks/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Removes a webhook: it takes nothing any more.
         * @description Scope `admin`: see and do what the owner can.
         */
        delete: operations["deleteV1HooksName"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Background jobs that wait, run, or have failed too often.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Jobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Takes a background job off that waits or has failed too often.
         * @description Scope `admin`: see and do what the owner can.
         */
        delete: operations["deleteV1JobsId"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Runs a background job again that failed too often.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1JobsIdRetry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/market": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The skills of a catalog.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Market"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/market/install": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Installs a skill of a catalog, with the files that were shown.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1MarketInstall"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/market/look": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Fetches a skill of a catalog and shows what it may do, before it is installed.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1MarketLook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The token's person, and how much waits for them.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Me"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/memories": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The memories of the token's person, the newest first.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Memories"];
        put?: never;
        /**
         * Makes a memory for the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1Memories"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/memories/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One memory of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1MemoriesId"];
        put?: never;
        post?: never;
        /**
         * Deletes a memory of the token's person; /undo takes it back.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        delete: operations["deleteV1MemoriesId"];
        options?: never;
        head?: never;
        /**
         * Changes a memory of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        patch: operations["patchV1MemoriesId"];
        trace?: never;
    };
    "/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says something to coda as the person of the token, and waits for the answer.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        post: operations["postV1Messages"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The notes of the token's person, the newest first.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Notes"];
        put?: never;
        /**
         * Makes a note for the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1Notes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notes/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One note of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1NotesId"];
        put?: never;
        post?: never;
        /**
         * Deletes a note of the token's person; /undo takes it back.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        delete: operations["deleteV1NotesId"];
        options?: never;
        head?: never;
        /**
         * Changes a note of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        patch: operations["patchV1NotesId"];
        trace?: never;
    };
    "/v1/notes/{id}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts an item on a list that is a note, or takes one off.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1NotesIdItems"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/notify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Has a person told something in their direct conversation, once for each key.
         * @description Scope `notify`: have people told something.
         */
        post: operations["postV1Notify"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everybody who is known, with their accounts and roles, and who asks to be let in.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1People"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{id}/may": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tries whether somebody may use a tool, and says why.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1PeopleIdMay"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{person}/block": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes back that an owner has let somebody in: they are not heard any more.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1PeoplePersonBlock"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{person}/role": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets in somebody who is known, or gives them another role.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1PeoplePersonRole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/{person}/sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Signs a person out of every browser.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1PeoplePersonSignOut"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/people/pair": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Lets in whoever has this code.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1PeoplePair"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What coda proposes to change of itself, with the difference.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Proposals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accepts or declines a proposal, as it was shown.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1ProposalsId"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/proposals/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes a decision on a proposal back, and what it has changed.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1ProposalsIdUndo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/push": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether devices can be notified, and the key that a browser subscribes with.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        get: operations["getV1Push"];
        put?: never;
        /**
         * Notifies a device from now on of what comes while no page is open; at most ten of a person, the newest.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        post: operations["postV1Push"];
        /**
         * Notifies a device no longer. One that is signed out is forgotten by itself.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        delete: operations["deleteV1Push"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reminders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The reminders of the token's person, the newest first.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Reminders"];
        put?: never;
        /**
         * Makes a reminder for the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1Reminders"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reminders/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One reminder of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1RemindersId"];
        put?: never;
        post?: never;
        /**
         * Deletes a reminder of the token's person; /undo takes it back.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        delete: operations["deleteV1RemindersId"];
        options?: never;
        head?: never;
        /**
         * Changes a reminder of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        patch: operations["patchV1RemindersId"];
        trace?: never;
    };
    "/v1/reminders/{id}/done": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Marks a reminder as done; of a series the occurrence that spoke last, and the series goes on.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1RemindersIdDone"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reminders/{id}/snooze": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts a reminder off; a series keeps its own times beside it.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1RemindersIdSnooze"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Runs of skills and pipelines with their steps: the person's own, for owners everybody's.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Runs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The schedules of the token's person, the newest first.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Schedules"];
        put?: never;
        /**
         * Makes a schedule for the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1Schedules"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One schedule of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1SchedulesId"];
        put?: never;
        post?: never;
        /**
         * Deletes a schedule of the token's person; /undo takes it back.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        delete: operations["deleteV1SchedulesId"];
        options?: never;
        head?: never;
        /**
         * Changes a schedule of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        patch: operations["patchV1SchedulesId"];
        trace?: never;
    };
    "/v1/schedules/{id}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Runs a schedule now; its own times stay.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1SchedulesIdRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/schedules/{id}/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The newest runs of a schedule of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1SchedulesIdRuns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Searches what the token's person keeps, for owners also skills and people by name; in a browser what they have said, too.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The values that are set, without them.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Secrets"];
        /**
         * Seals a value that a skill is run with, in the place of the one before; it is never shown again.
         * @description Scope `admin`: see and do what the owner can.
         */
        put: operations["putV1Secrets"];
        post?: never;
        /**
         * Removes a value that a skill is run with.
         * @description Scope `admin`: see and do what the owner can.
         */
        delete: operations["deleteV1Secrets"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Exchanges the code of a link of "coda open" for the cookie of a session. */
        post: operations["postV1Session"];
        /**
         * Signs this browser out.
         * @description Scope `messages`: talk with coda as its person, and read what was said over HTTP.
         */
        delete: operations["deleteV1Session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every skill that was found, with its state, its uses, and what is wrong with it.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Skills"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills/{group}/{id}/deprecate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A skill stays, and models are not offered it any more.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SkillsGroupIdDeprecate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills/{group}/{id}/undeprecate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Models are offered a skill again.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SkillsGroupIdUndeprecate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills/{id}/deprecate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A skill stays, and models are not offered it any more.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SkillsIdDeprecate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills/{id}/undeprecate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Models are offered a skill again.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SkillsIdUndeprecate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One skill: what it may do, its files, and what has changed since it was trusted.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1SkillsName"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills/{name}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes back that a skill may be used, until an owner trusts it again.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SkillsNameWithdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Offers a draft, as its files are.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SkillsActivate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Finds the skills that fit a query; with execute the best one is called in a conversation, as in chat.
         * @description Scope `skills`: search, run and judge skills.
         */
        post: operations["postV1SkillsRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills/trust": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Trusts a skill: it may be used as its files are, by the hash that was shown.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SkillsTrust"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/skills/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Looks at every skill, and says what is wrong with it.
         * @description Scope `skills`: search, run and judge skills.
         */
        post: operations["postV1SkillsValidate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/specialists": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every specialist that was found, and what is wrong with those that cannot be used.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Specialists"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/specialists/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All that there is to know of a specialist before it is approved.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1SpecialistsName"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/specialists/{name}/trust": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approves a specialist as its files are, by the hash that was shown.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SpecialistsNameTrust"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What runs: version, database, platforms, models.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1System"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/costs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What models have cost: by day, by person, by model, beside the budgets.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1SystemCosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Looks at everything, as doctor does: what is wrong, and what to do about it.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1SystemFindings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last lines of the log, the newest last.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1SystemLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/logs/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is written into the log from now on, as events "line".
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1SystemLogsEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every setting with its value and where it comes from; secrets are hidden.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1SystemSettings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What coda does by itself, again and again; POST /v1/system/tasks/:name switches or runs one.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1SystemTasks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/tasks/{name}/off": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Switches one of coda's own tasks, or anybody's schedule, off.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SystemTasksNameOff"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/tasks/{name}/on": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Switches one of coda's own tasks, or anybody's schedule, on.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SystemTasksNameOn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/system/tasks/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Runs one of coda's own tasks, or anybody's schedule, now.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1SystemTasksNameRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/targets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where what the token's person plans may be told, besides where they plan it.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Targets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tasks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The tasks of the token's person, the newest first.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Tasks"];
        put?: never;
        /**
         * Makes a task for the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1Tasks"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tasks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One task of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1TasksId"];
        put?: never;
        post?: never;
        /**
         * Deletes a task of the token's person; /undo takes it back.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        delete: operations["deleteV1TasksId"];
        options?: never;
        head?: never;
        /**
         * Changes a task of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        patch: operations["patchV1TasksId"];
        trace?: never;
    };
    "/v1/tasks/{id}/done": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Says that the next step of a task is done.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1TasksIdDone"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tasks/{id}/later": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Puts a task off.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1TasksIdLater"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tasks/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Goes on with a task.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1TasksIdResume"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/today": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is due and what comes in seven days, for the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        get: operations["getV1Today"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The tokens that programs speak with, without their values.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Tokens"];
        put?: never;
        /**
         * Makes a token; its value is shown this once.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1Tokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Ends a token, by its name or id.
         * @description Scope `admin`: see and do what the owner can.
         */
        delete: operations["deleteV1TokensName"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tools": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tools that models, commands and buttons call.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Tools"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/undelivered": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What could not be delivered; the words only of what was for you.
         * @description Scope `admin`: see and do what the owner can.
         */
        get: operations["getV1Undelivered"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/undelivered/{id}/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Gives a dead letter up: it is listed no more.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1UndeliveredIdDiscard"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/undelivered/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends a dead letter again.
         * @description Scope `admin`: see and do what the owner can.
         */
        post: operations["postV1UndeliveredIdResend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes back what an answer has named, or the last act of the token's person.
         * @description Scope `data`: read and change its person's reminders, notes, schedules and memories.
         */
        post: operations["postV1Undo"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/validate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Looks at every skill, and says what is wrong with it.
         * @description Scope `skills`: search, run and judge skills.
         */
        post: operations["postValidate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            /** @description Stable: docs/errors.md lists all. */
            code: string;
            detail: string;
            /** @description The fields of the body that are refused, by their path ("rule.to"), where it is known. */
            fields?: {
                detail: string;
                field: string;
            }[];
            remedy: string;
            status: number;
            title: string;
            type: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok" | "unwell";
                    };
                };
            };
            /** @description It is not. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok" | "unwell";
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postHooksId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is taken, and happens once. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        delivery: string;
                        /** @description Places of the template that the body does not have. */
                        missing?: string[];
                    };
                };
            };
            /** @description It is not signed as this hook wants it. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description There is no such hook. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It was taken before. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The text format, version 0.0.4. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain; version=0.0.4; charset=utf-8": unknown;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOpenapiJson: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An OpenAPI 3.1 document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        openapi: string;
                    } & {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postRun: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default skills */
                    conversation?: string;
                    /** @default false */
                    dry_run?: boolean;
                    /** @default false */
                    execute?: boolean;
                    /**
                     * @default single
                     * @enum {string}
                     */
                    mode?: "single" | "pipeline" | "parallel";
                    /** @description What dry_run gave, to be carried out. */
                    plan?: {
                        /** @default [] */
                        effects?: string[];
                        /**
                         * @default single
                         * @enum {string}
                         */
                        mode?: "single" | "pipeline" | "parallel";
                        query: string;
                        skills: {
                            /** @default  */
                            args?: string;
                            hash: string;
                            id: string;
                            /** @default 0 */
                            score?: number;
                        }[];
                    };
                    query?: string;
                    /** @description Only what this role holds, too. */
                    role?: string;
                    tag?: string;
                };
            };
        };
        responses: {
            /** @description The skills, the best first, and what came of calling them; with dry_run the plan. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        answer?: {
                            conversation: string;
                            id: string;
                            parts: {
                                buttons?: {
                                    /**
                                     * @description It wants a line of words: values of its press.
                                     * @constant
                                     */
                                    asks?: true;
                                    id: string;
                                    label: string;
                                    /** @enum {string} */
                                    style?: "primary" | "danger";
                                }[];
                                files?: {
                                    id: string;
                                    name: string;
                                    size: number;
                                    type: string;
                                    url: string;
                                }[];
                                /** @constant */
                                growing?: true;
                                /** @description A part with the same id replaces the one before. */
                                id: string;
                                /** @enum {string} */
                                kind: "answer" | "reminder" | "approval" | "notice" | "error";
                                /** @description Markdown. */
                                text: string;
                            }[];
                            /** @enum {string} */
                            status: "running" | "waiting" | "done" | "failed" | "expired" | "cancelled";
                            /** @description The texts of all parts. */
                            text: string;
                        };
                        executed: boolean;
                        plan?: {
                            /** @default [] */
                            effects: string[];
                            /**
                             * @default single
                             * @enum {string}
                             */
                            mode: "single" | "pipeline" | "parallel";
                            query: string;
                            skills: {
                                /** @default  */
                                args: string;
                                hash: string;
                                id: string;
                                /** @default 0 */
                                score: number;
                            }[];
                        };
                        skills: {
                            deprecated: boolean;
                            description: string;
                            name: string;
                            score: number;
                        }[];
                    };
                };
            };
            /** @description The files of a skill of the plan are others now, or the key was used for something else. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postSkillsGroupIdDeprecate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason: string;
                    replacement_id?: string;
                };
            };
        };
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        deprecated: true;
                        id: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postSkillsGroupIdUndeprecate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                group: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        deprecated: false;
                        id: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postSkillsIdDeprecate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason: string;
                    replacement_id?: string;
                };
            };
        };
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        deprecated: true;
                        id: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postSkillsIdUndeprecate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        deprecated: false;
                        id: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Activity: {
        parameters: {
            query?: {
                /** @description Where the page begins: "next" of the one before. */
                after?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        conversations: {
                            /** Format: date-time */
                            at: string;
                            /** @description Of a channel or thread: its id there. */
                            channel: string | null;
                            id: string;
                            /** @enum {string} */
                            kind: "dm" | "channel" | "thread";
                            /** @description Of a channel, "#general", or a thread; null: it is not known. */
                            name: string | null;
                            /** @description Of a direct conversation: whose it is. */
                            person: string | null;
                            platform: string;
                            /** @enum {string} */
                            state: "answering" | "waiting" | "answered" | "failed" | "expired" | "cancelled";
                            /** @description First words of the newest message, where they are your own. */
                            words: string | null;
                            yours: boolean;
                        }[];
                        /** @description Where the next page begins; null on the last. */
                        next: string | null;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1ActivityId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        conversation: {
                            /** @description Of a channel or thread: its id there. */
                            channel: string | null;
                            id: string;
                            /** @enum {string} */
                            kind: "dm" | "channel" | "thread";
                            /** @description Of a channel, "#general", or a thread; null: it is not known. */
                            name: string | null;
                            /** @description Of a direct conversation: whose it is. */
                            person: string | null;
                            platform: string;
                            yours: boolean;
                        };
                        turns: {
                            elapsed_ms: number;
                            error: string | null;
                            id: string;
                            model: string | null;
                            person: string | null;
                            /** @description The message, where it is yours. */
                            said: string | null;
                            /** Format: date-time */
                            started_at: string;
                            state: string;
                            steps: {
                                /** Format: date-time */
                                at: string;
                                /** @description 0: of the turn itself; more: of a nested one. */
                                depth: number;
                                /** @description Arguments of calls, where they are yours. */
                                inputs: {
                                    input: string;
                                    tool: string;
                                }[];
                                took_ms: number | null;
                                what: string;
                                /** @enum {string} */
                                where: "platform" | "inbox" | "turn" | "model" | "tool" | "asked" | "outbox" | "receipt";
                                /** @description The same, with what a tool does instead of its name. */
                                words: string;
                            }[];
                        }[];
                    };
                };
            };
            /** @description There is no such conversation. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Approvals: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        approvals: {
                            /** Format: date-time */
                            asked_at: string;
                            /** @description No answer by then means no. */
                            expires_at: string | null;
                            /** @description POST /v1/approvals/:id decides. */
                            id: string;
                            person: string;
                            platform: string;
                            /** @description The call as a sentence. */
                            purpose: string;
                            /** @description All that is to be approved, as name: value lines. */
                            shown: string;
                            tool: string;
                            yours: boolean;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1ApprovalsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    approved: boolean;
                };
            };
        };
        responses: {
            /** @description It is decided. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description No call of this id waits for you. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Somebody else was first. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1ApprovalsPast: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        approvals: {
                            approved: boolean;
                            /** Format: date-time */
                            asked_at: string;
                            /** @description null: nobody answered in time, or it was at the machine. */
                            by: string | null;
                            code: string | null;
                            /** Format: date-time */
                            decided_at: string;
                            id: string;
                            /** @description What came of it; null: it was not run. */
                            outcome: ("done" | "failed") | null;
                            person: string;
                            platform: string;
                            purpose: string;
                            /** @description Where it was your own. */
                            shown: string | null;
                            tool: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1ArtifactsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its content. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": unknown;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Audit: {
        parameters: {
            query?: {
                /** @description Where the page begins: "next" of the one before. */
                after?: string;
                from?: string;
                limit?: number;
                person?: string;
                status?: "ok" | "failed" | "denied" | "declined" | "unknown";
                /** @description A tool or an operation. */
                subject?: string;
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        entries: {
                            action: string;
                            agent: string | null;
                            /** Format: date-time */
                            at: string;
                            code: string | null;
                            /** @description JSON, without secrets and private fields. */
                            detail: string;
                            /** @description What the tool does, in a sentence; null: it is none that coda describes. */
                            does: string | null;
                            origin: string;
                            person: {
                                id: string;
                                name: string;
                            } | null;
                            seq: number;
                            skill: string | null;
                            /** @enum {string} */
                            status: "ok" | "failed" | "denied" | "declined" | "unknown";
                            subject: string | null;
                            tainted: boolean;
                            took_ms: number | null;
                        }[];
                        /** @description Where the next page begins; null on the last. */
                        next: string | null;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Backups: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        backups: {
                            bytes: number;
                            /**
                             * @description upgrade: made before the database was brought to a new version.
                             * @enum {string}
                             */
                            kind: "backup" | "upgrade";
                            /** Format: date-time */
                            made_at: string;
                            name: string;
                        }[];
                        /** @description Why the last one could not be made. */
                        failed: string | null;
                        folder: string;
                        making: boolean;
                        /** @description Of all, wherever they were written. */
                        newest_at: string | null;
                        /** @description The command that puts one back. */
                        restore: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Backups: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Leave config.yaml out, and the keys in it.
                     * @default false
                     */
                    without_config?: boolean;
                };
            };
        };
        responses: {
            /** @description It is being made. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                    };
                };
            };
            /** @description One is being made already. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1BackupsName: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/gzip": unknown;
                };
            };
            /** @description There is no such backup. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1ButtonsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default {} */
                    values?: {
                        [key: string]: string;
                    };
                    /**
                     * @description Seconds to wait for the answer; what takes longer is fetched later.
                     * @default 60
                     */
                    wait?: number;
                };
            };
        };
        responses: {
            /** @description What came of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        conversation: string;
                        id: string;
                        parts: {
                            buttons?: {
                                /**
                                 * @description It wants a line of words: values of its press.
                                 * @constant
                                 */
                                asks?: true;
                                id: string;
                                label: string;
                                /** @enum {string} */
                                style?: "primary" | "danger";
                            }[];
                            files?: {
                                id: string;
                                name: string;
                                size: number;
                                type: string;
                                url: string;
                            }[];
                            /** @constant */
                            growing?: true;
                            /** @description A part with the same id replaces the one before. */
                            id: string;
                            /** @enum {string} */
                            kind: "answer" | "reminder" | "approval" | "notice" | "error";
                            /** @description Markdown. */
                            text: string;
                        }[];
                        /** @enum {string} */
                        status: "running" | "waiting" | "done" | "failed" | "expired" | "cancelled";
                        /** @description The texts of all parts. */
                        text: string;
                    };
                };
            };
            /** @description It is not over yet: what comes of it will be in the conversation at Location. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        conversation: string;
                        id: string;
                        parts: {
                            buttons?: {
                                /**
                                 * @description It wants a line of words: values of its press.
                                 * @constant
                                 */
                                asks?: true;
                                id: string;
                                label: string;
                                /** @enum {string} */
                                style?: "primary" | "danger";
                            }[];
                            files?: {
                                id: string;
                                name: string;
                                size: number;
                                type: string;
                                url: string;
                            }[];
                            /** @constant */
                            growing?: true;
                            /** @description A part with the same id replaces the one before. */
                            id: string;
                            /** @enum {string} */
                            kind: "answer" | "reminder" | "approval" | "notice" | "error";
                            /** @description Markdown. */
                            text: string;
                        }[];
                        /** @enum {string} */
                        status: "running" | "waiting" | "done" | "failed" | "expired" | "cancelled";
                        /** @description The texts of all parts. */
                        text: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1ButtonsIdForm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its field. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        field: string;
                        label: string;
                        longest?: number;
                        placeholder?: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Chats: {
        parameters: {
            query?: {
                /** @description Only those in which something was said last before this instant. */
                before?: string;
                limit?: number;
                /** @description Only those with these words in their title or at their beginning. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        chats: {
                            /**
                             * Format: date-time
                             * @description When something was said in it last.
                             */
                            at: string;
                            /** @description The name of a conversation of its own, the id of another. */
                            id: string;
                            /** @description Where it is held, if not here: it can be read only. */
                            place?: {
                                channel?: string;
                                /** @description Of a channel, "#general", or a thread, where it is known. */
                                name?: string;
                                platform: string;
                            };
                            /** @description What its person calls it, else the first words said in it; empty: neither. */
                            title: string;
                            unread: number;
                        }[];
                        more: boolean;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1ChatsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchV1ChatsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    title: string;
                };
            };
        };
        responses: {
            /** @description It has the title. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        title: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1ChatsIdEntries: {
        parameters: {
            query?: {
                /** @description Only what was said before this instant, or at it. */
                before?: string;
                limit?: number;
                /** @description false: nobody looks; what is unread stays so. */
                seen?: "true" | "false";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        entries: {
                            /** Format: date-time */
                            at: string;
                            /** @description The Markdown of an answer: texts, and elements [tag, attributes, …children]. */
                            blocks?: unknown[];
                            buttons?: {
                                /**
                                 * @description It wants a line of words: values of its press.
                                 * @constant
                                 */
                                asks?: true;
                                id: string;
                                label: string;
                                /** @enum {string} */
                                style?: "primary" | "danger";
                            }[];
                            /** @enum {string} */
                            by: "you" | "assistant";
                            files?: {
                                id: string;
                                name: string;
                                size: number;
                                type: string;
                                url: string;
                            }[];
                            /** @constant */
                            growing?: true;
                            /** @description An entry with the same id takes the place of the one before. */
                            id: string;
                            /** @enum {string} */
                            kind: "message" | "answer" | "reminder" | "approval" | "notice" | "error";
                            /** @description The id of the message that it answers. */
                            replyTo?: string;
                            /** @description Of a message: running, waiting, done, failed, expired or cancelled. */
                            state?: string;
                            /** @description Markdown. */
                            text: string;
                            /** @constant */
                            unread?: true;
                            /** @description The turn that answers this message, and how many calls of tools were made in it. */
                            work?: {
                                calls: number;
                                ms: number;
                                turn: string;
                            };
                        }[];
                        more: boolean;
                        readOnly: boolean;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1ChatsIdStop: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Whether something ran. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        stopped: boolean;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1ChatsIdTurns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The turns. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        turns: {
                            elapsedMs: number;
                            error: string | null;
                            id: string;
                            model: string | null;
                            /** Format: date-time */
                            startedAt: string;
                            state: string;
                            steps: {
                                /** Format: date-time */
                                at: string;
                                depth: number;
                                inputs?: {
                                    input: string;
                                    name: string;
                                }[];
                                tookMs?: number;
                                tools?: string[];
                                what: string;
                                /** @enum {string} */
                                where: "platform" | "inbox" | "turn" | "model" | "tool" | "asked" | "outbox" | "receipt";
                                /** @description The same, with what a tool does instead of its name. */
                                words: string;
                            }[];
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Connectors: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        broken: {
                            file: string;
                            why: string;
                        }[];
                        connectors: {
                            base_url: string;
                            file_root: string;
                            missing: string[];
                            name: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1ConnectorsNameTest: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default  */
                    path?: string;
                };
            };
        };
        responses: {
            /** @description It answered. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        characters: number;
                        status: number;
                        type: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Conversations: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Their names. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        conversations: string[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1ConversationsId: {
        parameters: {
            query?: {
                /** @description Only what was said before this instant. */
                before?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was said. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        messages: {
                            /** Format: date-time */
                            at: string;
                            id: string;
                            part?: {
                                buttons?: {
                                    /**
                                     * @description It wants a line of words: values of its press.
                                     * @constant
                                     */
                                    asks?: true;
                                    id: string;
                                    label: string;
                                    /** @enum {string} */
                                    style?: "primary" | "danger";
                                }[];
                                files?: {
                                    id: string;
                                    name: string;
                                    size: number;
                                    type: string;
                                    url: string;
                                }[];
                                /** @constant */
                                growing?: true;
                                /** @description A part with the same id replaces the one before. */
                                id: string;
                                /** @enum {string} */
                                kind: "answer" | "reminder" | "approval" | "notice" | "error";
                                /** @description Markdown. */
                                text: string;
                            };
                            /** @enum {string} */
                            role: "user" | "assistant";
                            status?: string;
                            text: string;
                            /** @constant */
                            unread?: true;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1ConversationsIdEvents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events part, delete and typing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1ConversationsIdMessagesMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                message: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        conversation: string;
                        id: string;
                        parts: {
                            buttons?: {
                                /**
                                 * @description It wants a line of words: values of its press.
                                 * @constant
                                 */
                                asks?: true;
                                id: string;
                                label: string;
                                /** @enum {string} */
                                style?: "primary" | "danger";
                            }[];
                            files?: {
                                id: string;
                                name: string;
                                size: number;
                                type: string;
                                url: string;
                            }[];
                            /** @constant */
                            growing?: true;
                            /** @description A part with the same id replaces the one before. */
                            id: string;
                            /** @enum {string} */
                            kind: "answer" | "reminder" | "approval" | "notice" | "error";
                            /** @description Markdown. */
                            text: string;
                        }[];
                        /** @enum {string} */
                        status: "running" | "waiting" | "done" | "failed" | "expired" | "cancelled";
                        /** @description The texts of all parts. */
                        text: string;
                    };
                };
            };
            /** @description It grows. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        conversation: string;
                        id: string;
                        parts: {
                            buttons?: {
                                /**
                                 * @description It wants a line of words: values of its press.
                                 * @constant
                                 */
                                asks?: true;
                                id: string;
                                label: string;
                                /** @enum {string} */
                                style?: "primary" | "danger";
                            }[];
                            files?: {
                                id: string;
                                name: string;
                                size: number;
                                type: string;
                                url: string;
                            }[];
                            /** @constant */
                            growing?: true;
                            /** @description A part with the same id replaces the one before. */
                            id: string;
                            /** @enum {string} */
                            kind: "answer" | "reminder" | "approval" | "notice" | "error";
                            /** @description Markdown. */
                            text: string;
                        }[];
                        /** @enum {string} */
                        status: "running" | "waiting" | "done" | "failed" | "expired" | "cancelled";
                        /** @description The texts of all parts. */
                        text: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Events: {
        parameters: {
            query?: {
                /** @description false: nobody looks at the page; its person is notified as if it were closed. */
                seen?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Hooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        hooks: {
                            /** @enum {string} */
                            form: "coda" | "github" | "stripe" | "unsigned";
                            /** @enum {string} */
                            kind: "message" | "reminder" | "note" | "skill" | "watch";
                            name: string;
                            path: string;
                            person: string;
                            template: string;
                            used_at: string | null;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Hooks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description How it is signed.
                     * @default coda
                     * @enum {string}
                     */
                    form?: "coda" | "github" | "stripe";
                    /**
                     * @default message
                     * @enum {string}
                     */
                    kind?: "message" | "reminder" | "note" | "skill" | "watch";
                    name: string;
                    skill?: string;
                    /** @description What is made of a payload: "{{ repository.name }} is red". */
                    template: string;
                    /** @description The person, by id, account or name. */
                    to: string;
                    when?: string;
                };
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        path: string;
                        /** @description Shown this once. */
                        secret: string | null;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1HooksName: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Jobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most 50. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        jobs: {
                            attempts: number;
                            due_at: string | null;
                            error: string | null;
                            id: string;
                            kind: string;
                            /** @enum {string} */
                            state: "waiting" | "running" | "dead";
                        }[];
                        total: number;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1JobsId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1JobsIdRetry: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Market: {
        parameters: {
            query?: {
                /** @description An https address; left out: the only catalog that is known. */
                catalog?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        catalog: {
                            expires: string | null;
                            /** @description It is looked at for the first time under this key. */
                            first: boolean;
                            format: string;
                            key: string | null;
                            key_id: string | null;
                            location: string;
                            name: string;
                            serial: number | null;
                            skipped: number;
                        };
                        skills: ({
                            author?: string;
                            description: string;
                            homepage?: string;
                            id: string;
                            /** @description The version that is installed. */
                            installed: string | null;
                            license?: string;
                            /** @description Why its catalog has taken it back. */
                            revoked: string | null;
                            sha256: string | null;
                            tags: string[];
                            version?: string;
                        } & {
                            [key: string]: unknown;
                        })[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1MarketInstall: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Beside a skill whose name it resembles. */
                    beside?: string;
                    /** @description An https address; left out: the only catalog that is known. */
                    catalog?: string;
                    id: string;
                    pin: string;
                    unsigned?: boolean;
                };
            };
        };
        responses: {
            /** @description It is there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        version: string | null;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1MarketLook: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description An https address; left out: the only catalog that is known. */
                    catalog?: string;
                    id: string;
                    unsigned?: boolean;
                };
            };
        };
        responses: {
            /** @description As it is there. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The version that is installed. */
                        before: string | null;
                        catalog: {
                            expires: string | null;
                            /** @description It is looked at for the first time under this key. */
                            first: boolean;
                            format: string;
                            key: string | null;
                            key_id: string | null;
                            location: string;
                            name: string;
                            serial: number | null;
                            skipped: number;
                        };
                        findings: {
                            file: string;
                            level: string;
                            line: number;
                            why: string;
                        }[];
                        id: string;
                        may: string[];
                        /** @description Of all its files: POST /v1/market/install is bound to it. */
                        pin: string;
                        version: string | null;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        assistant: {
                            name: string;
                        };
                        counts: {
                            /** @description Questions that wait for a yes: the person's own, for owners everybody's. */
                            approvals: number;
                            /** @description Reminders that wait to be done, or come today. */
                            due: number;
                            /** @description What was said in the chat in the browser while no page was open. */
                            unread: number;
                        };
                        /**
                         * Format: date-time
                         * @description By coda's clock, which is what times are of.
                         */
                        now: string;
                        person: {
                            id: string;
                            locale: string | null;
                            name: string;
                            /** @enum {string} */
                            role: "owner" | "member" | "guest";
                            zone: string;
                        };
                        scopes: ("messages" | "consent" | "data" | "notify" | "skills" | "metrics" | "admin")[];
                        /** @description For owners, as doctor found it last; null: it has not looked yet, or this is nobody who is to know. */
                        system: ("well" | "wrong") | null;
                        version: string;
                        /** @description How long a voice message may be; null: nothing hears them. */
                        voice: {
                            /** @description Seconds. */
                            longest: number;
                        } | null;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Memories: {
        parameters: {
            query?: {
                /** @description Where the page begins: "next" of the one before. */
                after?: string;
                limit?: number;
                /** @description What it is about: nearest first, one page of them. */
                q?: string;
                tag?: string;
                type?: "fact" | "preference" | "event";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; next is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        memories: {
                            /** Format: date-time */
                            created_at: string;
                            date: string | null;
                            id: string;
                            importance: number;
                            /** @description The message that says it: platform, channel and its id there. */
                            message: string | null;
                            /** Format: date-time */
                            said_at: string;
                            said_by: string;
                            /**
                             * @description told: it was to be remembered; extracted: from what was said.
                             * @enum {string}
                             */
                            source: "told" | "extracted" | "imported";
                            /**
                             * @description past: a newer one says otherwise.
                             * @enum {string}
                             */
                            status: "current" | "past" | "proposed";
                            tags: string[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            /** @enum {string} */
                            type: "fact" | "preference" | "event";
                        }[];
                        next: string | null;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Memories: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The token's conversation that it belongs to; left out: where its person is told something alone. */
                    conversation?: string;
                    /**
                     * Format: date
                     * @description Of an event: the day.
                     */
                    date?: string;
                    /** @default 3 */
                    importance?: number;
                    /** @default [] */
                    tags?: string[];
                    /** @description One sentence that stands by itself. */
                    text: string;
                    /**
                     * @default fact
                     * @enum {string}
                     */
                    type?: "fact" | "preference" | "event";
                };
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        memory: {
                            /** Format: date-time */
                            created_at: string;
                            date: string | null;
                            id: string;
                            importance: number;
                            /** @description The message that says it: platform, channel and its id there. */
                            message: string | null;
                            /** Format: date-time */
                            said_at: string;
                            said_by: string;
                            /**
                             * @description told: it was to be remembered; extracted: from what was said.
                             * @enum {string}
                             */
                            source: "told" | "extracted" | "imported";
                            /**
                             * @description past: a newer one says otherwise.
                             * @enum {string}
                             */
                            status: "current" | "past" | "proposed";
                            tags: string[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            /** @enum {string} */
                            type: "fact" | "preference" | "event";
                        };
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1MemoriesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        date: string | null;
                        id: string;
                        importance: number;
                        /** @description The message that says it: platform, channel and its id there. */
                        message: string | null;
                        /** Format: date-time */
                        said_at: string;
                        said_by: string;
                        /**
                         * @description told: it was to be remembered; extracted: from what was said.
                         * @enum {string}
                         */
                        source: "told" | "extracted" | "imported";
                        /**
                         * @description past: a newer one says otherwise.
                         * @enum {string}
                         */
                        status: "current" | "past" | "proposed";
                        tags: string[];
                        /** @description Text that is not its person’s own went into it. */
                        tainted: boolean;
                        text: string;
                        /** @enum {string} */
                        type: "fact" | "preference" | "event";
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1MemoriesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchV1MemoriesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description What is right: a memory of its own takes the place of this one. */
                    text: string;
                };
            };
        };
        responses: {
            /** @description It is changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        memory: {
                            /** Format: date-time */
                            created_at: string;
                            date: string | null;
                            id: string;
                            importance: number;
                            /** @description The message that says it: platform, channel and its id there. */
                            message: string | null;
                            /** Format: date-time */
                            said_at: string;
                            said_by: string;
                            /**
                             * @description told: it was to be remembered; extracted: from what was said.
                             * @enum {string}
                             */
                            source: "told" | "extracted" | "imported";
                            /**
                             * @description past: a newer one says otherwise.
                             * @enum {string}
                             */
                            status: "current" | "past" | "proposed";
                            tags: string[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            /** @enum {string} */
                            type: "fact" | "preference" | "event";
                        };
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Messages: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Where: made when something is first said there.
                     * @default main
                     */
                    conversation?: string;
                    /** @default [] */
                    files?: {
                        /** @default application/octet-stream */
                        content_type?: string;
                        /** @description The content in base64. */
                        data: string;
                        name: string;
                        /**
                         * @description Spoken for this message by whom it is from: its words are their own.
                         * @constant
                         */
                        voice?: true;
                    }[];
                    /** @description Answer as text/event-stream, as Accept would. */
                    stream?: boolean;
                    /**
                     * @description What is said. A text is never consent; a command works.
                     * @default
                     */
                    text?: string;
                    /**
                     * @description Seconds to wait for the answer; what takes longer is fetched later.
                     * @default 60
                     */
                    wait?: number;
                };
                "multipart/form-data": Record<string, unknown>;
            };
        };
        responses: {
            /** @description The answer; with stream, events: part, delete, typing, and done with the answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        conversation: string;
                        id: string;
                        parts: {
                            buttons?: {
                                /**
                                 * @description It wants a line of words: values of its press.
                                 * @constant
                                 */
                                asks?: true;
                                id: string;
                                label: string;
                                /** @enum {string} */
                                style?: "primary" | "danger";
                            }[];
                            files?: {
                                id: string;
                                name: string;
                                size: number;
                                type: string;
                                url: string;
                            }[];
                            /** @constant */
                            growing?: true;
                            /** @description A part with the same id replaces the one before. */
                            id: string;
                            /** @enum {string} */
                            kind: "answer" | "reminder" | "approval" | "notice" | "error";
                            /** @description Markdown. */
                            text: string;
                        }[];
                        /** @enum {string} */
                        status: "running" | "waiting" | "done" | "failed" | "expired" | "cancelled";
                        /** @description The texts of all parts. */
                        text: string;
                    };
                };
            };
            /** @description It is not there yet: fetch it from Location. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        conversation: string;
                        id: string;
                        parts: {
                            buttons?: {
                                /**
                                 * @description It wants a line of words: values of its press.
                                 * @constant
                                 */
                                asks?: true;
                                id: string;
                                label: string;
                                /** @enum {string} */
                                style?: "primary" | "danger";
                            }[];
                            files?: {
                                id: string;
                                name: string;
                                size: number;
                                type: string;
                                url: string;
                            }[];
                            /** @constant */
                            growing?: true;
                            /** @description A part with the same id replaces the one before. */
                            id: string;
                            /** @enum {string} */
                            kind: "answer" | "reminder" | "approval" | "notice" | "error";
                            /** @description Markdown. */
                            text: string;
                        }[];
                        /** @enum {string} */
                        status: "running" | "waiting" | "done" | "failed" | "expired" | "cancelled";
                        /** @description The texts of all parts. */
                        text: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Notes: {
        parameters: {
            query?: {
                /** @description Where the page begins: "next" of the one before. */
                after?: string;
                limit?: number;
                /** @description Words, also misspelt or in other words; #tags narrow. */
                q?: string;
                tag?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; next is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        next: string | null;
                        notes: {
                            /** Format: date-time */
                            created_at: string;
                            /** @description Where it was written or changed last. */
                            from: {
                                adapter: string;
                                /** @enum {string} */
                                kind: "dm" | "channel" | "thread";
                            } | null;
                            id: string;
                            /** @description Of a list: its items. */
                            items: string[] | null;
                            pinned: boolean;
                            /** @description Those who speak where it was written find it there, too. */
                            shared: boolean;
                            tags: string[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            title: string | null;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Notes: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The token's conversation that it belongs to; left out: where its person is told something alone. */
                    conversation?: string;
                    tags?: string[];
                    /** @description A #tag in it files it. What is longer than notes.longest becomes a file. */
                    text: string;
                    /** @description The person’s own note of the same title becomes this one. */
                    title?: string;
                };
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        note: {
                            /** Format: date-time */
                            created_at: string;
                            /** @description Where it was written or changed last. */
                            from: {
                                adapter: string;
                                /** @enum {string} */
                                kind: "dm" | "channel" | "thread";
                            } | null;
                            id: string;
                            /** @description Of a list: its items. */
                            items: string[] | null;
                            pinned: boolean;
                            /** @description Those who speak where it was written find it there, too. */
                            shared: boolean;
                            tags: string[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            title: string | null;
                        };
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1NotesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        /** @description Where it was written or changed last. */
                        from: {
                            adapter: string;
                            /** @enum {string} */
                            kind: "dm" | "channel" | "thread";
                        } | null;
                        id: string;
                        /** @description Of a list: its items. */
                        items: string[] | null;
                        pinned: boolean;
                        /** @description Those who speak where it was written find it there, too. */
                        shared: boolean;
                        tags: string[];
                        /** @description Text that is not its person’s own went into it. */
                        tainted: boolean;
                        text: string;
                        title: string | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1NotesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchV1NotesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Words to add at its end. */
                    append?: string;
                    pinned?: boolean;
                    tags?: string[];
                    text?: string;
                };
            };
        };
        responses: {
            /** @description It is changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        note: {
                            /** Format: date-time */
                            created_at: string;
                            /** @description Where it was written or changed last. */
                            from: {
                                adapter: string;
                                /** @enum {string} */
                                kind: "dm" | "channel" | "thread";
                            } | null;
                            id: string;
                            /** @description Of a list: its items. */
                            items: string[] | null;
                            pinned: boolean;
                            /** @description Those who speak where it was written find it there, too. */
                            shared: boolean;
                            tags: string[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            title: string | null;
                        };
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1NotesIdItems: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    add?: string;
                    remove?: string;
                };
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description null: it is there no more. */
                        note: {
                            /** Format: date-time */
                            created_at: string;
                            /** @description Where it was written or changed last. */
                            from: {
                                adapter: string;
                                /** @enum {string} */
                                kind: "dm" | "channel" | "thread";
                            } | null;
                            id: string;
                            /** @description Of a list: its items. */
                            items: string[] | null;
                            pinned: boolean;
                            /** @description Those who speak where it was written find it there, too. */
                            shared: boolean;
                            tags: string[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            title: string | null;
                        } | null;
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Notify: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    key?: string;
                    text: string;
                    /** @description An account such as discord:123, a name, or an id. */
                    to: string;
                };
            };
        };
        responses: {
            /** @description It is written down and will be said; or was asked for before under this key. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        key: string;
                        /** @enum {string} */
                        outcome: "accepted" | "duplicate";
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1People: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Owners first; at most 1,000. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        people: {
                            accounts: {
                                id: string;
                                platform: string;
                            }[];
                            /** @description Roles that an owner has given; the others come from the configuration. */
                            granted: string[];
                            id: string;
                            name: string;
                            /** @enum {string} */
                            role: "owner" | "member" | "guest";
                            /** @description Further roles of the configuration. */
                            roles: string[];
                            /** @description They ask to be let in, with a code that is good until then. */
                            waits_until: string | null;
                        }[];
                        /** @description Roles that can be given. */
                        roles: string[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1PeopleIdMay: {
        parameters: {
            query: {
                tool: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The answer. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        because: string;
                        effect: ("read" | "write" | "fetch" | "external" | "dangerous") | null;
                        /** @enum {string} */
                        outcome: "allowed" | "asks" | "denied";
                        person: string;
                        tool: string;
                    };
                };
            };
            /** @description There is no such person or tool. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1PeoplePersonBlock: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                person: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are out. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1PeoplePersonRole: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                person: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    role: string;
                };
            };
        };
        responses: {
            /** @description They have it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1PeoplePersonSignOut: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                person: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ended: number;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1PeoplePair: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    code: string;
                    /** @default member */
                    role?: string;
                };
            };
        };
        responses: {
            /** @description They are in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        name: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Proposals: {
        parameters: {
            query?: {
                state?: "pending" | "approved" | "rejected" | "applied";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest 100, and what is left of the budget. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        budget: {
                            left: number;
                            month: number;
                        };
                        /** @description Versions of the guidance that holds, the newest first. */
                        guidance: {
                            /** Format: date-time */
                            at: string;
                            content: string;
                            measured: string;
                            state: string;
                            version: number;
                        }[];
                        /** @description Self-improvement is switched on. */
                        on: boolean;
                        proposals: {
                            /** Format: date-time */
                            at: string;
                            category: string;
                            decided_at: string | null;
                            description: string;
                            /** @description What it would change, as text; empty: nothing by itself. */
                            difference: string;
                            /** @description A decision is bound to it. */
                            hash: string;
                            id: string;
                            /** @enum {string} */
                            state: "pending" | "approved" | "rejected" | "applied";
                            title: string;
                        }[];
                        /** @description Scores of turns by week, the last twelve. */
                        weeks: {
                            low: number;
                            mean: number;
                            turns: number;
                            week: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1ProposalsId: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    approve: boolean;
                    hash: string;
                };
            };
        };
        responses: {
            /** @description As it stands now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        proposal: {
                            /** Format: date-time */
                            at: string;
                            category: string;
                            decided_at: string | null;
                            description: string;
                            /** @description What it would change, as text; empty: nothing by itself. */
                            difference: string;
                            /** @description A decision is bound to it. */
                            hash: string;
                            id: string;
                            /** @enum {string} */
                            state: "pending" | "approved" | "rejected" | "applied";
                            title: string;
                        };
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1ProposalsIdUndo: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it stands now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        proposal: {
                            /** Format: date-time */
                            at: string;
                            category: string;
                            decided_at: string | null;
                            description: string;
                            /** @description What it would change, as text; empty: nothing by itself. */
                            difference: string;
                            /** @description A decision is bound to it. */
                            hash: string;
                            id: string;
                            /** @enum {string} */
                            state: "pending" | "approved" | "rejected" | "applied";
                            title: string;
                        };
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Push: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The application server key, base64url; there where it is possible. */
                        key?: string;
                        possible: boolean;
                        /** @description Why it is not possible, and what to do. */
                        reason?: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Push: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The address of the device at its push service. */
                    endpoint: string;
                    /** @description The keys of its subscription. */
                    keys: {
                        auth: string;
                        p256dh: string;
                    };
                };
            };
        };
        responses: {
            /** @description It is notified. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1Push: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description The address of the device at its push service. */
                    endpoint: string;
                };
            };
        };
        responses: {
            /** @description It is not notified. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Reminders: {
        parameters: {
            query?: {
                /** @description Where the page begins: "next" of the one before. */
                after?: string;
                limit?: number;
                status?: "pending" | "completed" | "all";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; next is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        next: string | null;
                        reminders: {
                            /** Format: date-time */
                            created_at: string;
                            id: string;
                            /** @description When it speaks next. */
                            next_at: string | null;
                            /** @description Of a series: RFC 5545. */
                            rule: string | null;
                            /** @enum {string} */
                            status: "pending" | "completed";
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            urgent: boolean;
                            zone: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Reminders: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description What was missed while I was off: late = said once, with how many were missed; latest = without; skip = not at all.
                     * @enum {string}
                     */
                    catch_up?: "late" | "latest" | "skip";
                    /** @description The token's conversation that it belongs to; left out: where its person is told something alone. */
                    conversation?: string;
                    /** @description Who is told where the person has not answered it by then: `to`, a name of target_list ("off": nobody), `after` how long. */
                    escalate?: {
                        after?: string;
                        to: string;
                    };
                    /** @description Repeat until done: the time between, in the person's own words ("10 minutes"); "off": no longer. */
                    nag?: string;
                    text: string;
                    /** @description Also during quiet hours. */
                    urgent?: boolean;
                    /** @description As said in chat: "tomorrow at 9", "every weekday at 8". */
                    when: string;
                };
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        reminder: {
                            /** Format: date-time */
                            created_at: string;
                            id: string;
                            /** @description When it speaks next. */
                            next_at: string | null;
                            /** @description Of a series: RFC 5545. */
                            rule: string | null;
                            /** @enum {string} */
                            status: "pending" | "completed";
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            urgent: boolean;
                            zone: string;
                        };
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1RemindersId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        created_at: string;
                        id: string;
                        /** @description When it speaks next. */
                        next_at: string | null;
                        /** @description Of a series: RFC 5545. */
                        rule: string | null;
                        /** @enum {string} */
                        status: "pending" | "completed";
                        /** @description Text that is not its person’s own went into it. */
                        tainted: boolean;
                        text: string;
                        urgent: boolean;
                        zone: string;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1RemindersId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchV1RemindersId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description What was missed while I was off: late = said once, with how many were missed; latest = without; skip = not at all.
                     * @enum {string}
                     */
                    catch_up?: "late" | "latest" | "skip";
                    /** @description Who is told where the person has not answered it by then: `to`, a name of target_list ("off": nobody), `after` how long. */
                    escalate?: {
                        after?: string;
                        to: string;
                    };
                    /** @description Repeat until done: the time between, in the person's own words ("10 minutes"); "off": no longer. */
                    nag?: string;
                    /**
                     * @description It is done; of a series what spoke last.
                     * @constant
                     */
                    status?: "completed";
                    text?: string;
                    /** @description Also during quiet hours. */
                    urgent?: boolean;
                    /** @description As said in chat: "tomorrow at 9", "every weekday at 8". */
                    when?: string;
                };
            };
        };
        responses: {
            /** @description It is changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        reminder: {
                            /** Format: date-time */
                            created_at: string;
                            id: string;
                            /** @description When it speaks next. */
                            next_at: string | null;
                            /** @description Of a series: RFC 5545. */
                            rule: string | null;
                            /** @enum {string} */
                            status: "pending" | "completed";
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            urgent: boolean;
                            zone: string;
                        };
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1RemindersIdDone: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Of a series that has not spoken yet: the next occurrence is done.
                     * @default true
                     */
                    ahead?: boolean;
                };
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description null: it is there no more. */
                        reminder: {
                            /** Format: date-time */
                            created_at: string;
                            id: string;
                            /** @description When it speaks next. */
                            next_at: string | null;
                            /** @description Of a series: RFC 5545. */
                            rule: string | null;
                            /** @enum {string} */
                            status: "pending" | "completed";
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            urgent: boolean;
                            zone: string;
                        } | null;
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1RemindersIdSnooze: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @description Instead of words: the instant.
                     */
                    at?: string;
                    /**
                     * @description As said in chat: "1 hour", "tonight", "until tomorrow".
                     * @default 10 minutes
                     */
                    when?: string;
                };
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description null: it is there no more. */
                        reminder: {
                            /** Format: date-time */
                            created_at: string;
                            id: string;
                            /** @description When it speaks next. */
                            next_at: string | null;
                            /** @description Of a series: RFC 5545. */
                            rule: string | null;
                            /** @enum {string} */
                            status: "pending" | "completed";
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            text: string;
                            urgent: boolean;
                            zone: string;
                        } | null;
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Runs: {
        parameters: {
            query?: {
                /** @description Where the page begins: "next" of the one before. */
                after?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Where the next page begins; null on the last. */
                        next: string | null;
                        runs: {
                            /** Format: date-time */
                            begun_at: string;
                            id: string;
                            /** @description Why it failed. */
                            message: string | null;
                            /** @description Of the composed skill; null: its steps were named. */
                            name: string | null;
                            person: string;
                            /** @enum {string} */
                            state: "running" | "done" | "failed" | "paused";
                            steps: {
                                /** @description Where the run is yours. */
                                output: string | null;
                                /** @description Steps of one place run side by side. */
                                place: number;
                                skill: string;
                                /** @enum {string} */
                                state: "waiting" | "done" | "failed";
                            }[];
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Schedules: {
        parameters: {
            query?: {
                /** @description Where the page begins: "next" of the one before. */
                after?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; next is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        next: string | null;
                        schedules: {
                            /** @description In a row. */
                            failures: number;
                            id: string;
                            last_at: string | null;
                            last_error: string | null;
                            /** @description Milliseconds that the last run took. */
                            last_ms: number | null;
                            last_outcome: string | null;
                            /** @enum {string} */
                            missed: "latest" | "skip" | "each";
                            /** @description The next three times. */
                            next: string[];
                            next_at: string | null;
                            on: boolean;
                            prompt: string | null;
                            /** @description The series in words, by its own zone. */
                            repeats: string | null;
                            /** @description RFC 5545; null: once. */
                            rule: string | null;
                            run: string | null;
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            /** @description Id of the target that is told the result; null: its conversation. */
                            target: string | null;
                            target_name: string | null;
                            /** @description How what was found is told; null: at once, and once. */
                            telling: {
                                /** @description The time of the day at which what was found is told; null: at once. */
                                digest: string | null;
                                escalate_minutes: number | null;
                                escalate_name: string | null;
                                /** @description Id of the target that is told where nobody has pressed it. */
                                escalate_to: string | null;
                                /** @description All that in words. */
                                says: string;
                                /** @description So often again until somebody presses Seen; null: once. */
                                seen_minutes: number | null;
                                /** @description In quiet hours too. */
                                urgent: boolean;
                            } | null;
                            title: string;
                            /** @description What is looked at, and when it is told, in words; null: it begins a turn. */
                            watch: {
                                ask: string | null;
                                budget: number | null;
                                looks: string;
                                rule: {
                                    /** @description The number behind these words; left out: the first one. */
                                    after?: string;
                                    /**
                                     * @description At most once a day.
                                     * @default false
                                     */
                                    daily: boolean;
                                    /** @description Told on these days only. */
                                    days?: ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")[];
                                    from?: string;
                                    /**
                                     * @description anything: whatever it says, once for the same; changed: another text than before.
                                     * @default anything
                                     * @enum {string}
                                     */
                                    is: "anything" | "changed" | "contains" | "lacks" | "above" | "below";
                                    /** @description For above and below. */
                                    number?: number;
                                    /**
                                     * @description Told also when it is over.
                                     * @default false
                                     */
                                    over: boolean;
                                    /** @description For contains and lacks; case does not matter. */
                                    text?: string;
                                    /**
                                     * @description So often in a row.
                                     * @default 1
                                     */
                                    times: number;
                                    /** @description Told between these times of the day only. */
                                    to?: string;
                                    /** @description Lines with these words are left out; several with commas between. */
                                    without?: string;
                                };
                                source: {
                                    /** @default [] */
                                    args: string[];
                                    /** @description JSON on its standard input. */
                                    input?: {
                                        [key: string]: unknown;
                                    };
                                    /** @constant */
                                    kind: "script";
                                    /** @description skill/script, or the name of the script alone. */
                                    script: string;
                                } | {
                                    /** @constant */
                                    kind: "web_watch";
                                    /** @description Only the paragraphs with these words. */
                                    part?: string;
                                    url: string;
                                } | {
                                    /** @constant */
                                    kind: "feed";
                                    url: string;
                                } | {
                                    /** @default {} */
                                    input: {
                                        [key: string]: unknown;
                                    };
                                    /** @constant */
                                    kind: "mcp";
                                    server: string;
                                    tool: string;
                                } | {
                                    /** @description power, or data.0.value */
                                    field: string;
                                    hook: string;
                                    /** @constant */
                                    kind: "hook";
                                } | {
                                    /** @constant */
                                    kind: "file";
                                    path: string;
                                    skill: string;
                                } | {
                                    /** @constant */
                                    kind: "appointment";
                                    /**
                                     * @description So long before it begins.
                                     * @default 30
                                     */
                                    minutes: number;
                                    url: string;
                                };
                                tells: string;
                            } | null;
                            zone: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Schedules: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Has a model say it; left out: no model is asked. */
                    ask?: string;
                    /**
                     * @description What `ask` may cost in a day.
                     * @default 0.1
                     */
                    budget?: number;
                    /** @description The token's conversation that it belongs to; left out: where its person is told something alone. */
                    conversation?: string;
                    /** @description A time of the day: what is found is gathered, and told once then. "off": at once. */
                    digest?: string | "off";
                    /** @description A name of target_list, told where nobody has pressed Seen after that time ("30 minutes"); to: "off". */
                    escalate?: {
                        after?: string;
                        to: string;
                    };
                    /**
                     * @description What was missed while coda was off: latest = made up for; skip.
                     * @enum {string}
                     */
                    missed?: "latest" | "skip" | "each";
                    /** @description What coda is then to do, in words. */
                    prompt?: string;
                    rule?: {
                        /** @description The number behind these words; left out: the first one. */
                        after?: string;
                        /**
                         * @description At most once a day.
                         * @default false
                         */
                        daily?: boolean;
                        /** @description Told on these days only. */
                        days?: ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")[];
                        from?: string;
                        /**
                         * @description anything: whatever it says, once for the same; changed: another text than before.
                         * @default anything
                         * @enum {string}
                         */
                        is?: "anything" | "changed" | "contains" | "lacks" | "above" | "below";
                        /** @description For above and below. */
                        number?: number;
                        /**
                         * @description Told also when it is over.
                         * @default false
                         */
                        over?: boolean;
                        /** @description For contains and lacks; case does not matter. */
                        text?: string;
                        /**
                         * @description So often in a row.
                         * @default 1
                         */
                        times?: number;
                        /** @description Told between these times of the day only. */
                        to?: string;
                        /** @description Lines with these words are left out; several with commas between. */
                        without?: string;
                    };
                    /** @description Instead of prompt: a skill by name, and what it gets. */
                    run?: string;
                    /** @description Told again until somebody presses Seen: the time between ("10 minutes"); "off". */
                    seen?: string;
                    source?: {
                        /** @default [] */
                        args?: string[];
                        /** @description JSON on its standard input. */
                        input?: {
                            [key: string]: unknown;
                        };
                        /** @constant */
                        kind: "script";
                        /** @description skill/script, or the name of the script alone. */
                        script: string;
                    } | {
                        /** @constant */
                        kind: "web_watch";
                        /** @description Only the paragraphs with these words. */
                        part?: string;
                        url: string;
                    } | {
                        /** @constant */
                        kind: "feed";
                        url: string;
                    } | {
                        /** @default {} */
                        input?: {
                            [key: string]: unknown;
                        };
                        /** @constant */
                        kind: "mcp";
                        server: string;
                        tool: string;
                    } | {
                        /** @description power, or data.0.value */
                        field: string;
                        hook: string;
                        /** @constant */
                        kind: "hook";
                    } | {
                        /** @constant */
                        kind: "file";
                        path: string;
                        skill: string;
                    } | {
                        /** @constant */
                        kind: "appointment";
                        /**
                         * @description So long before it begins.
                         * @default 30
                         */
                        minutes?: number;
                        url: string;
                    };
                    /** @description The target that is told the result, by its name; here: where it is planned. */
                    tell?: string;
                    title?: string;
                    /** @description Told in quiet hours too. */
                    urgent?: boolean;
                    /** @description As said in chat: "every weekday at 8", "on 3 December at 9". */
                    when?: string;
                };
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        schedule: {
                            /** @description In a row. */
                            failures: number;
                            id: string;
                            last_at: string | null;
                            last_error: string | null;
                            /** @description Milliseconds that the last run took. */
                            last_ms: number | null;
                            last_outcome: string | null;
                            /** @enum {string} */
                            missed: "latest" | "skip" | "each";
                            /** @description The next three times. */
                            next: string[];
                            next_at: string | null;
                            on: boolean;
                            prompt: string | null;
                            /** @description The series in words, by its own zone. */
                            repeats: string | null;
                            /** @description RFC 5545; null: once. */
                            rule: string | null;
                            run: string | null;
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            /** @description Id of the target that is told the result; null: its conversation. */
                            target: string | null;
                            target_name: string | null;
                            /** @description How what was found is told; null: at once, and once. */
                            telling: {
                                /** @description The time of the day at which what was found is told; null: at once. */
                                digest: string | null;
                                escalate_minutes: number | null;
                                escalate_name: string | null;
                                /** @description Id of the target that is told where nobody has pressed it. */
                                escalate_to: string | null;
                                /** @description All that in words. */
                                says: string;
                                /** @description So often again until somebody presses Seen; null: once. */
                                seen_minutes: number | null;
                                /** @description In quiet hours too. */
                                urgent: boolean;
                            } | null;
                            title: string;
                            /** @description What is looked at, and when it is told, in words; null: it begins a turn. */
                            watch: {
                                ask: string | null;
                                budget: number | null;
                                looks: string;
                                rule: {
                                    /** @description The number behind these words; left out: the first one. */
                                    after?: string;
                                    /**
                                     * @description At most once a day.
                                     * @default false
                                     */
                                    daily: boolean;
                                    /** @description Told on these days only. */
                                    days?: ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")[];
                                    from?: string;
                                    /**
                                     * @description anything: whatever it says, once for the same; changed: another text than before.
                                     * @default anything
                                     * @enum {string}
                                     */
                                    is: "anything" | "changed" | "contains" | "lacks" | "above" | "below";
                                    /** @description For above and below. */
                                    number?: number;
                                    /**
                                     * @description Told also when it is over.
                                     * @default false
                                     */
                                    over: boolean;
                                    /** @description For contains and lacks; case does not matter. */
                                    text?: string;
                                    /**
                                     * @description So often in a row.
                                     * @default 1
                                     */
                                    times: number;
                                    /** @description Told between these times of the day only. */
                                    to?: string;
                                    /** @description Lines with these words are left out; several with commas between. */
                                    without?: string;
                                };
                                source: {
                                    /** @default [] */
                                    args: string[];
                                    /** @description JSON on its standard input. */
                                    input?: {
                                        [key: string]: unknown;
                                    };
                                    /** @constant */
                                    kind: "script";
                                    /** @description skill/script, or the name of the script alone. */
                                    script: string;
                                } | {
                                    /** @constant */
                                    kind: "web_watch";
                                    /** @description Only the paragraphs with these words. */
                                    part?: string;
                                    url: string;
                                } | {
                                    /** @constant */
                                    kind: "feed";
                                    url: string;
                                } | {
                                    /** @default {} */
                                    input: {
                                        [key: string]: unknown;
                                    };
                                    /** @constant */
                                    kind: "mcp";
                                    server: string;
                                    tool: string;
                                } | {
                                    /** @description power, or data.0.value */
                                    field: string;
                                    hook: string;
                                    /** @constant */
                                    kind: "hook";
                                } | {
                                    /** @constant */
                                    kind: "file";
                                    path: string;
                                    skill: string;
                                } | {
                                    /** @constant */
                                    kind: "appointment";
                                    /**
                                     * @description So long before it begins.
                                     * @default 30
                                     */
                                    minutes: number;
                                    url: string;
                                };
                                tells: string;
                            } | null;
                            zone: string;
                        };
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1SchedulesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description In a row. */
                        failures: number;
                        id: string;
                        last_at: string | null;
                        last_error: string | null;
                        /** @description Milliseconds that the last run took. */
                        last_ms: number | null;
                        last_outcome: string | null;
                        /** @enum {string} */
                        missed: "latest" | "skip" | "each";
                        /** @description The next three times. */
                        next: string[];
                        next_at: string | null;
                        on: boolean;
                        prompt: string | null;
                        /** @description The series in words, by its own zone. */
                        repeats: string | null;
                        /** @description RFC 5545; null: once. */
                        rule: string | null;
                        run: string | null;
                        /** @description Text that is not its person’s own went into it. */
                        tainted: boolean;
                        /** @description Id of the target that is told the result; null: its conversation. */
                        target: string | null;
                        target_name: string | null;
                        /** @description How what was found is told; null: at once, and once. */
                        telling: {
                            /** @description The time of the day at which what was found is told; null: at once. */
                            digest: string | null;
                            escalate_minutes: number | null;
                            escalate_name: string | null;
                            /** @description Id of the target that is told where nobody has pressed it. */
                            escalate_to: string | null;
                            /** @description All that in words. */
                            says: string;
                            /** @description So often again until somebody presses Seen; null: once. */
                            seen_minutes: number | null;
                            /** @description In quiet hours too. */
                            urgent: boolean;
                        } | null;
                        title: string;
                        /** @description What is looked at, and when it is told, in words; null: it begins a turn. */
                        watch: {
                            ask: string | null;
                            budget: number | null;
                            looks: string;
                            rule: {
                                /** @description The number behind these words; left out: the first one. */
                                after?: string;
                                /**
                                 * @description At most once a day.
                                 * @default false
                                 */
                                daily: boolean;
                                /** @description Told on these days only. */
                                days?: ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")[];
                                from?: string;
                                /**
                                 * @description anything: whatever it says, once for the same; changed: another text than before.
                                 * @default anything
                                 * @enum {string}
                                 */
                                is: "anything" | "changed" | "contains" | "lacks" | "above" | "below";
                                /** @description For above and below. */
                                number?: number;
                                /**
                                 * @description Told also when it is over.
                                 * @default false
                                 */
                                over: boolean;
                                /** @description For contains and lacks; case does not matter. */
                                text?: string;
                                /**
                                 * @description So often in a row.
                                 * @default 1
                                 */
                                times: number;
                                /** @description Told between these times of the day only. */
                                to?: string;
                                /** @description Lines with these words are left out; several with commas between. */
                                without?: string;
                            };
                            source: {
                                /** @default [] */
                                args: string[];
                                /** @description JSON on its standard input. */
                                input?: {
                                    [key: string]: unknown;
                                };
                                /** @constant */
                                kind: "script";
                                /** @description skill/script, or the name of the script alone. */
                                script: string;
                            } | {
                                /** @constant */
                                kind: "web_watch";
                                /** @description Only the paragraphs with these words. */
                                part?: string;
                                url: string;
                            } | {
                                /** @constant */
                                kind: "feed";
                                url: string;
                            } | {
                                /** @default {} */
                                input: {
                                    [key: string]: unknown;
                                };
                                /** @constant */
                                kind: "mcp";
                                server: string;
                                tool: string;
                            } | {
                                /** @description power, or data.0.value */
                                field: string;
                                hook: string;
                                /** @constant */
                                kind: "hook";
                            } | {
                                /** @constant */
                                kind: "file";
                                path: string;
                                skill: string;
                            } | {
                                /** @constant */
                                kind: "appointment";
                                /**
                                 * @description So long before it begins.
                                 * @default 30
                                 */
                                minutes: number;
                                url: string;
                            };
                            tells: string;
                        } | null;
                        zone: string;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1SchedulesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchV1SchedulesId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description A time of the day: what is found is gathered, and told once then. "off": at once. */
                    digest?: string | "off";
                    /** @description A name of target_list, told where nobody has pressed Seen after that time ("30 minutes"); to: "off". */
                    escalate?: {
                        after?: string;
                        to: string;
                    };
                    /** @description What an MCP tool or a script is given from now on. */
                    input?: {
                        [key: string]: unknown;
                    };
                    /**
                     * @description What was missed while coda was off: latest = made up for; skip.
                     * @enum {string}
                     */
                    missed?: "latest" | "skip" | "each";
                    on?: boolean;
                    /** @description What coda is then to do, in words. */
                    prompt?: string;
                    /** @description Fields of its rule that change; null takes one away. */
                    rule?: {
                        after?: string | null;
                        daily?: boolean;
                        days?: ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")[] | null;
                        from?: string | null;
                        /** @enum {string} */
                        is?: "anything" | "changed" | "contains" | "lacks" | "above" | "below";
                        /** @description For above and below. */
                        number?: number;
                        over?: boolean;
                        /** @description For contains and lacks; case does not matter. */
                        text?: string;
                        times?: number;
                        to?: string | null;
                        without?: string | null;
                    };
                    /** @description Instead of prompt: a skill by name, and what it gets. */
                    run?: string;
                    /** @description Told again until somebody presses Seen: the time between ("10 minutes"); "off". */
                    seen?: string;
                    /** @description The target that is told the result, by its name; here: where it is planned. */
                    tell?: string;
                    title?: string;
                    /** @description Told in quiet hours too. */
                    urgent?: boolean;
                    /** @description As said in chat: "every weekday at 8", "on 3 December at 9". */
                    when?: string;
                };
            };
        };
        responses: {
            /** @description It is changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        schedule: {
                            /** @description In a row. */
                            failures: number;
                            id: string;
                            last_at: string | null;
                            last_error: string | null;
                            /** @description Milliseconds that the last run took. */
                            last_ms: number | null;
                            last_outcome: string | null;
                            /** @enum {string} */
                            missed: "latest" | "skip" | "each";
                            /** @description The next three times. */
                            next: string[];
                            next_at: string | null;
                            on: boolean;
                            prompt: string | null;
                            /** @description The series in words, by its own zone. */
                            repeats: string | null;
                            /** @description RFC 5545; null: once. */
                            rule: string | null;
                            run: string | null;
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            /** @description Id of the target that is told the result; null: its conversation. */
                            target: string | null;
                            target_name: string | null;
                            /** @description How what was found is told; null: at once, and once. */
                            telling: {
                                /** @description The time of the day at which what was found is told; null: at once. */
                                digest: string | null;
                                escalate_minutes: number | null;
                                escalate_name: string | null;
                                /** @description Id of the target that is told where nobody has pressed it. */
                                escalate_to: string | null;
                                /** @description All that in words. */
                                says: string;
                                /** @description So often again until somebody presses Seen; null: once. */
                                seen_minutes: number | null;
                                /** @description In quiet hours too. */
                                urgent: boolean;
                            } | null;
                            title: string;
                            /** @description What is looked at, and when it is told, in words; null: it begins a turn. */
                            watch: {
                                ask: string | null;
                                budget: number | null;
                                looks: string;
                                rule: {
                                    /** @description The number behind these words; left out: the first one. */
                                    after?: string;
                                    /**
                                     * @description At most once a day.
                                     * @default false
                                     */
                                    daily: boolean;
                                    /** @description Told on these days only. */
                                    days?: ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")[];
                                    from?: string;
                                    /**
                                     * @description anything: whatever it says, once for the same; changed: another text than before.
                                     * @default anything
                                     * @enum {string}
                                     */
                                    is: "anything" | "changed" | "contains" | "lacks" | "above" | "below";
                                    /** @description For above and below. */
                                    number?: number;
                                    /**
                                     * @description Told also when it is over.
                                     * @default false
                                     */
                                    over: boolean;
                                    /** @description For contains and lacks; case does not matter. */
                                    text?: string;
                                    /**
                                     * @description So often in a row.
                                     * @default 1
                                     */
                                    times: number;
                                    /** @description Told between these times of the day only. */
                                    to?: string;
                                    /** @description Lines with these words are left out; several with commas between. */
                                    without?: string;
                                };
                                source: {
                                    /** @default [] */
                                    args: string[];
                                    /** @description JSON on its standard input. */
                                    input?: {
                                        [key: string]: unknown;
                                    };
                                    /** @constant */
                                    kind: "script";
                                    /** @description skill/script, or the name of the script alone. */
                                    script: string;
                                } | {
                                    /** @constant */
                                    kind: "web_watch";
                                    /** @description Only the paragraphs with these words. */
                                    part?: string;
                                    url: string;
                                } | {
                                    /** @constant */
                                    kind: "feed";
                                    url: string;
                                } | {
                                    /** @default {} */
                                    input: {
                                        [key: string]: unknown;
                                    };
                                    /** @constant */
                                    kind: "mcp";
                                    server: string;
                                    tool: string;
                                } | {
                                    /** @description power, or data.0.value */
                                    field: string;
                                    hook: string;
                                    /** @constant */
                                    kind: "hook";
                                } | {
                                    /** @constant */
                                    kind: "file";
                                    path: string;
                                    skill: string;
                                } | {
                                    /** @constant */
                                    kind: "appointment";
                                    /**
                                     * @description So long before it begins.
                                     * @default 30
                                     */
                                    minutes: number;
                                    url: string;
                                };
                                tells: string;
                            } | null;
                            zone: string;
                        };
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SchedulesIdRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description null: it is there no more. */
                        schedule: {
                            /** @description In a row. */
                            failures: number;
                            id: string;
                            last_at: string | null;
                            last_error: string | null;
                            /** @description Milliseconds that the last run took. */
                            last_ms: number | null;
                            last_outcome: string | null;
                            /** @enum {string} */
                            missed: "latest" | "skip" | "each";
                            /** @description The next three times. */
                            next: string[];
                            next_at: string | null;
                            on: boolean;
                            prompt: string | null;
                            /** @description The series in words, by its own zone. */
                            repeats: string | null;
                            /** @description RFC 5545; null: once. */
                            rule: string | null;
                            run: string | null;
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            /** @description Id of the target that is told the result; null: its conversation. */
                            target: string | null;
                            target_name: string | null;
                            /** @description How what was found is told; null: at once, and once. */
                            telling: {
                                /** @description The time of the day at which what was found is told; null: at once. */
                                digest: string | null;
                                escalate_minutes: number | null;
                                escalate_name: string | null;
                                /** @description Id of the target that is told where nobody has pressed it. */
                                escalate_to: string | null;
                                /** @description All that in words. */
                                says: string;
                                /** @description So often again until somebody presses Seen; null: once. */
                                seen_minutes: number | null;
                                /** @description In quiet hours too. */
                                urgent: boolean;
                            } | null;
                            title: string;
                            /** @description What is looked at, and when it is told, in words; null: it begins a turn. */
                            watch: {
                                ask: string | null;
                                budget: number | null;
                                looks: string;
                                rule: {
                                    /** @description The number behind these words; left out: the first one. */
                                    after?: string;
                                    /**
                                     * @description At most once a day.
                                     * @default false
                                     */
                                    daily: boolean;
                                    /** @description Told on these days only. */
                                    days?: ("monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday")[];
                                    from?: string;
                                    /**
                                     * @description anything: whatever it says, once for the same; changed: another text than before.
                                     * @default anything
                                     * @enum {string}
                                     */
                                    is: "anything" | "changed" | "contains" | "lacks" | "above" | "below";
                                    /** @description For above and below. */
                                    number?: number;
                                    /**
                                     * @description Told also when it is over.
                                     * @default false
                                     */
                                    over: boolean;
                                    /** @description For contains and lacks; case does not matter. */
                                    text?: string;
                                    /**
                                     * @description So often in a row.
                                     * @default 1
                                     */
                                    times: number;
                                    /** @description Told between these times of the day only. */
                                    to?: string;
                                    /** @description Lines with these words are left out; several with commas between. */
                                    without?: string;
                                };
                                source: {
                                    /** @default [] */
                                    args: string[];
                                    /** @description JSON on its standard input. */
                                    input?: {
                                        [key: string]: unknown;
                                    };
                                    /** @constant */
                                    kind: "script";
                                    /** @description skill/script, or the name of the script alone. */
                                    script: string;
                                } | {
                                    /** @constant */
                                    kind: "web_watch";
                                    /** @description Only the paragraphs with these words. */
                                    part?: string;
                                    url: string;
                                } | {
                                    /** @constant */
                                    kind: "feed";
                                    url: string;
                                } | {
                                    /** @default {} */
                                    input: {
                                        [key: string]: unknown;
                                    };
                                    /** @constant */
                                    kind: "mcp";
                                    server: string;
                                    tool: string;
                                } | {
                                    /** @description power, or data.0.value */
                                    field: string;
                                    hook: string;
                                    /** @constant */
                                    kind: "hook";
                                } | {
                                    /** @constant */
                                    kind: "file";
                                    path: string;
                                    skill: string;
                                } | {
                                    /** @constant */
                                    kind: "appointment";
                                    /**
                                     * @description So long before it begins.
                                     * @default 30
                                     */
                                    minutes: number;
                                    url: string;
                                };
                                tells: string;
                            } | null;
                            zone: string;
                        } | null;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1SchedulesIdRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        runs: {
                            /** Format: date-time */
                            at: string;
                            /** @description In the currency of the prices. */
                            cost: number | null;
                            error: string | null;
                            /** @description told, or why nothing was. */
                            finding: string | null;
                            id: string;
                            /** @description The beginning of what came; null: a turn, whose answer stands in the conversation. */
                            output: string | null;
                            /** @enum {string} */
                            state: "running" | "waiting" | "done" | "failed" | "expired" | "cancelled" | "interrupted";
                            told: string | null;
                            /** @description The place in which it was told, by its id. */
                            told_in: string | null;
                            /** @description "#general", or the person of a direct chat. */
                            told_in_name: string | null;
                            took_ms: number | null;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Search: {
        parameters: {
            query: {
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most eight of a kind. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        hits: {
                            /** @description Of the thing; of a conversation its own. */
                            id: string;
                            /** @enum {string} */
                            kind: "reminders" | "notes" | "memories" | "schedules" | "tasks" | "conversations" | "skills" | "people";
                            title: string;
                            /** @description What stands beside it: a tag, a time, a platform. */
                            where: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Secrets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        secrets: {
                            name: string;
                            person: string | null;
                            /** @description A skill, or connectors. */
                            skill: string;
                            space: string | null;
                            /** Format: date-time */
                            updated_at: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putV1Secrets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    name: string;
                    /** @description One person's, by id, account or name. */
                    person?: string;
                    /** @description A skill, or connectors. */
                    skill: string;
                    /** @description A space's, such as discord:123. */
                    space?: string;
                    value: string;
                };
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1Secrets: {
        parameters: {
            query: {
                name: string;
                /** @description One person's, by id, account or name. */
                person?: string;
                /** @description A skill, or connectors. */
                skill: string;
                /** @description A space's, such as discord:123. */
                space?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description It is not set. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Session: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    code: string;
                    /**
                     * @description Ends the session of another person in this browser.
                     * @default false
                     */
                    instead?: boolean;
                };
            };
        };
        responses: {
            /** @description The browser is signed in. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        scopes: ("messages" | "consent" | "data" | "notify" | "skills" | "metrics" | "admin")[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1Session: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Nobody is signed in here any more. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Skills: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most 500. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What is wrong with folders. */
                        folders: {
                            code: string;
                            file: string;
                            /** @enum {string} */
                            level: "error" | "warning" | "note";
                            line: number | null;
                            message: string;
                        }[];
                        /** @description The last `coda skills metrics`. */
                        measured: {
                            among_five: number;
                            /** Format: date-time */
                            at: string;
                            file: string;
                            /** @description Share of requests for which the right skill came first. */
                            first: number;
                            /** @description Requests for which no skill is right. */
                            for_none: number;
                            offered_for_none: number;
                            requests: number;
                        } | null;
                        skills: {
                            description: string;
                            diagnostics: {
                                code: string;
                                file: string;
                                /** @enum {string} */
                                level: "error" | "warning" | "note";
                                line: number | null;
                                message: string;
                            }[];
                            group: string | null;
                            name: string;
                            runs?: {
                                done: number;
                                failed: number;
                            };
                            secrets: {
                                about: string | null;
                                name: string;
                                required: boolean;
                                /** @description For everybody. */
                                set: boolean;
                            }[];
                            /** @enum {string} */
                            source: "shipped" | "claude-personal" | "claude-project" | "personal" | "configured" | "inline" | "installed";
                            /** @enum {string} */
                            state: "in_use" | "draft" | "needs_approval" | "deprecated" | "revoked" | "disabled" | "invalid";
                            uses: number;
                            version: string | null;
                            /** @description Why it is not in use. */
                            why: string | null;
                            /** @description From “Wrong skill” under answers. */
                            words_learned: number;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SkillsGroupIdDeprecate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                group: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason: string;
                    replacement_id?: string;
                };
            };
        };
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        deprecated: true;
                        id: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SkillsGroupIdUndeprecate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                group: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        deprecated: false;
                        id: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SkillsIdDeprecate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    reason: string;
                    replacement_id?: string;
                };
            };
        };
        responses: {
            /** @description It is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        deprecated: true;
                        id: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SkillsIdUndeprecate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description They are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        deprecated: false;
                        id: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1SkillsName: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description A group before the name is one part: travel%2Fflights. */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        author: string | null;
                        description: string;
                        diagnostics: {
                            code: string;
                            file: string;
                            /** @enum {string} */
                            level: "error" | "warning" | "note";
                            line: number | null;
                            message: string;
                        }[];
                        directory: string | null;
                        files: {
                            bytes: number;
                            path: string;
                        }[];
                        forbidden_tools: string[];
                        group: string | null;
                        homepage: string | null;
                        license: string | null;
                        name: string;
                        runs?: {
                            done: number;
                            failed: number;
                        };
                        secrets: {
                            about: string | null;
                            name: string;
                            required: boolean;
                            /** @description For everybody. */
                            set: boolean;
                        }[];
                        /** @enum {string} */
                        source: "shipped" | "claude-personal" | "claude-project" | "personal" | "configured" | "inline" | "installed";
                        /** @enum {string} */
                        state: "in_use" | "draft" | "needs_approval" | "deprecated" | "revoked" | "disabled" | "invalid";
                        tags: string[];
                        /** @description Tools that it asks for. */
                        tools: string[] | null;
                        /** @description null: it ships with coda, or stands in the configuration. */
                        trust: {
                            /** @description As it is now, by an owner. */
                            approved: boolean;
                            /** @description The last decision; null: there is none yet. */
                            before: ("pinned" | "approved" | "blocked") | null;
                            /** @description Files since it was trusted; null: it never was. */
                            difference: {
                                added: string[];
                                changed: string[];
                                /** @description The unified difference of its texts; null: none was kept, or they are the same. */
                                lines: string | null;
                                removed: string[];
                            } | null;
                            findings: {
                                file: string;
                                level: string;
                                line: number;
                                why: string;
                            }[];
                            /** @description Of all its files, which a yes is bound to: POST /v1/skills/trust or /activate. */
                            hash: string;
                            /** @description What it may do; where it was trusted before, what is new. */
                            may: string[];
                        } | null;
                        trust_problem: string | null;
                        uses: number;
                        version: string | null;
                        /** @description Why it is not in use. */
                        why: string | null;
                        /** @description From “Wrong skill” under answers. */
                        words_learned: number;
                    };
                };
            };
            /** @description There is no such skill. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SkillsNameWithdraw: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SkillsActivate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    hash: string;
                    name: string;
                };
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SkillsRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default skills */
                    conversation?: string;
                    /** @default false */
                    dry_run?: boolean;
                    /** @default false */
                    execute?: boolean;
                    /**
                     * @default single
                     * @enum {string}
                     */
                    mode?: "single" | "pipeline" | "parallel";
                    /** @description What dry_run gave, to be carried out. */
                    plan?: {
                        /** @default [] */
                        effects?: string[];
                        /**
                         * @default single
                         * @enum {string}
                         */
                        mode?: "single" | "pipeline" | "parallel";
                        query: string;
                        skills: {
                            /** @default  */
                            args?: string;
                            hash: string;
                            id: string;
                            /** @default 0 */
                            score?: number;
                        }[];
                    };
                    query?: string;
                    /** @description Only what this role holds, too. */
                    role?: string;
                    tag?: string;
                };
            };
        };
        responses: {
            /** @description The skills, the best first, and what came of calling them; with dry_run the plan. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        answer?: {
                            conversation: string;
                            id: string;
                            parts: {
                                buttons?: {
                                    /**
                                     * @description It wants a line of words: values of its press.
                                     * @constant
                                     */
                                    asks?: true;
                                    id: string;
                                    label: string;
                                    /** @enum {string} */
                                    style?: "primary" | "danger";
                                }[];
                                files?: {
                                    id: string;
                                    name: string;
                                    size: number;
                                    type: string;
                                    url: string;
                                }[];
                                /** @constant */
                                growing?: true;
                                /** @description A part with the same id replaces the one before. */
                                id: string;
                                /** @enum {string} */
                                kind: "answer" | "reminder" | "approval" | "notice" | "error";
                                /** @description Markdown. */
                                text: string;
                            }[];
                            /** @enum {string} */
                            status: "running" | "waiting" | "done" | "failed" | "expired" | "cancelled";
                            /** @description The texts of all parts. */
                            text: string;
                        };
                        executed: boolean;
                        plan?: {
                            /** @default [] */
                            effects: string[];
                            /**
                             * @default single
                             * @enum {string}
                             */
                            mode: "single" | "pipeline" | "parallel";
                            query: string;
                            skills: {
                                /** @default  */
                                args: string;
                                hash: string;
                                id: string;
                                /** @default 0 */
                                score: number;
                            }[];
                        };
                        skills: {
                            deprecated: boolean;
                            description: string;
                            name: string;
                            score: number;
                        }[];
                    };
                };
            };
            /** @description The files of a skill of the plan are others now, or the key was used for something else. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SkillsTrust: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    hash: string;
                    name: string;
                };
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SkillsValidate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default true */
                    check_entrypoints?: boolean;
                };
            };
        };
        responses: {
            /** @description A verdict on each. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                        skills: {
                            name: string;
                            problems: {
                                code: string;
                                level: string;
                                message: string;
                            }[];
                            strict: boolean;
                            usable: boolean;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Specialists: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        problems: {
                            /** @enum {string} */
                            level: "error" | "warning";
                            message: string;
                            where: string;
                        }[];
                        specialists: {
                            description: string;
                            directory: string;
                            max_tool_calls: number;
                            name: string;
                            /** @enum {string} */
                            source: "shipped" | "folder";
                            /** @enum {string} */
                            state: "known" | "new" | "waits" | "disabled";
                            token_budget: number;
                            tools: string[];
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1SpecialistsName: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In words, with the hash that a yes is bound to. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description null: it ships with coda. */
                        hash: string | null;
                        isApproved: boolean;
                        name: string;
                        /** @description Markdown. */
                        text: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SpecialistsNameTrust: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    hash: string;
                };
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1System: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is now. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        engine: "pglite" | "postgres";
                        memory_mb: number;
                        /** @description null: none is configured. */
                        models: {
                            answering: string;
                            /** @description Those that are left alone for a while after faults. */
                            resting: string[];
                            times: {
                                median_ms: number;
                                model: string;
                                turns: number;
                            }[];
                        } | null;
                        platforms: {
                            /** @description Why it cannot be heard; null: it is heard. */
                            away: string | null;
                            /** @description null: it is heard, or nobody knows. */
                            away_since: string | null;
                            /** @description Its newest message. */
                            heard_at: string | null;
                            name: string;
                            remedy: string | null;
                        }[];
                        uptime_s: number;
                        version: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1SystemCosts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In the currency of the price table. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        currency: string;
                        /** @description The last 30, the oldest first. */
                        days: {
                            calls: number;
                            /** Format: date */
                            day: string;
                            price: number;
                        }[];
                        /** @description Milliseconds from a request to the first word of the answer, over the last 24 hours. */
                        first_words: {
                            answers: number;
                            model: string;
                            p50_ms: number;
                            p95_ms: number;
                        }[];
                        /** @description This month. */
                        models: {
                            calls: number;
                            /** @description Tokens read, those of the cache too. */
                            input: number;
                            name: string;
                            output: number;
                            price: number;
                        }[];
                        month: {
                            /** @description 0: none. */
                            budget: number;
                            people: {
                                calls: number;
                                /** @description Tokens read, those of the cache too. */
                                input: number;
                                name: string;
                                output: number;
                                price: number;
                            }[];
                        };
                        today: {
                            /** @description 0: none. */
                            budget: number;
                            people: {
                                calls: number;
                                /** @description Tokens read, those of the cache too. */
                                input: number;
                                name: string;
                                output: number;
                                price: number;
                            }[];
                        };
                        /** @description What is not known of prices. */
                        unpriced: string[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1SystemFindings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The worst first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** Format: date-time */
                        at: string;
                        findings: {
                            code: string;
                            part: string;
                            remedy: string | null;
                            says: string;
                            /** @enum {string} */
                            severity: "ok" | "off" | "notice" | "warning" | "error";
                        }[];
                        /** @enum {string} */
                        state: "well" | "wrong";
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1SystemLogs: {
        parameters: {
            query?: {
                /** @description This one and those above. */
                level?: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
                limit?: number;
                /** @description Only lines with these words. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Lines; none where coda does not write a log into its data folder. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        lines: {
                            at: string | null;
                            level: string | null;
                            /** @description Further fields as JSON. */
                            more: string;
                            says: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1SystemLogsEvents: {
        parameters: {
            query?: {
                /** @description This one and those above. */
                level?: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
                /** @description Only lines with these words. */
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events line. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": unknown;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1SystemSettings: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        file: string | null;
                        settings: {
                            about: string | null;
                            path: string;
                            /** @description default, or the file with its line, the variable or the flag that sets it. */
                            source: string;
                            /** @description As one would write it; secrets are hidden. */
                            value: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1SystemTasks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tasks: {
                            /** @description What it does; null: of a part that is not there any more. */
                            does: string | null;
                            /** @description In a row. */
                            failures: number;
                            last_at: string | null;
                            last_error: string | null;
                            name: string;
                            next_at: string | null;
                            on: boolean;
                            /** @description Cron, or RFC 5545. */
                            rule: string;
                            took_ms: number | null;
                            zone: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SystemTasksNameOff: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SystemTasksNameOn: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1SystemTasksNameRun: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Targets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        targets: {
                            /** @description What `tell` of a schedule takes, as well as the name. */
                            id: string;
                            /** @enum {string} */
                            kind: "place" | "person" | "hook" | "push";
                            name: string;
                            /**
                             * @description Only an allowed one is told anything.
                             * @enum {string}
                             */
                            state: "asked" | "allowed" | "refused" | "gone";
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Tasks: {
        parameters: {
            query?: {
                /** @description Where the page begins: "next" of the one before. */
                after?: string;
                limit?: number;
                status?: "open" | "done";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page; next is null on the last. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        next: string | null;
                        tasks: {
                            blocked: {
                                reason: string;
                                type: ("waiting_for_person" | "waiting_for_time" | "external" | "failed") | null;
                            } | null;
                            id: string;
                            /** @description When it is taken up. */
                            next_at: string | null;
                            /** @description RFC 5545. */
                            rule: string | null;
                            running: boolean;
                            /** @enum {string} */
                            state: "active" | "blocked" | "done" | "cancelled";
                            /** @description Number of steps that are done. */
                            step: number;
                            steps: {
                                /** @enum {string} */
                                by: "assistant" | "person";
                                result: string | null;
                                specialist: string | null;
                                text: string;
                            }[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            title: string;
                            zone: string;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Tasks: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * @description Whose work steps are that do not say so.
                     * @default person
                     * @enum {string}
                     */
                    by?: "assistant" | "person";
                    /** @description The token's conversation that it belongs to; left out: where its person is told something alone. */
                    conversation?: string;
                    /** @description In order. "you: …" is a step that only the person can do, "coda: …" one of coda. */
                    steps: string[];
                    title: string;
                    /** @description As said in chat: "tomorrow at 9", "every Monday". */
                    when?: string;
                };
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        task: {
                            blocked: {
                                reason: string;
                                type: ("waiting_for_person" | "waiting_for_time" | "external" | "failed") | null;
                            } | null;
                            id: string;
                            /** @description When it is taken up. */
                            next_at: string | null;
                            /** @description RFC 5545. */
                            rule: string | null;
                            running: boolean;
                            /** @enum {string} */
                            state: "active" | "blocked" | "done" | "cancelled";
                            /** @description Number of steps that are done. */
                            step: number;
                            steps: {
                                /** @enum {string} */
                                by: "assistant" | "person";
                                result: string | null;
                                specialist: string | null;
                                text: string;
                            }[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            title: string;
                            zone: string;
                        };
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1TasksId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        blocked: {
                            reason: string;
                            type: ("waiting_for_person" | "waiting_for_time" | "external" | "failed") | null;
                        } | null;
                        id: string;
                        /** @description When it is taken up. */
                        next_at: string | null;
                        /** @description RFC 5545. */
                        rule: string | null;
                        running: boolean;
                        /** @enum {string} */
                        state: "active" | "blocked" | "done" | "cancelled";
                        /** @description Number of steps that are done. */
                        step: number;
                        steps: {
                            /** @enum {string} */
                            by: "assistant" | "person";
                            result: string | null;
                            specialist: string | null;
                            text: string;
                        }[];
                        /** @description Text that is not its person’s own went into it. */
                        tainted: boolean;
                        title: string;
                        zone: string;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1TasksId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is deleted. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchV1TasksId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description In order. "you: …" is a step that only the person can do, "coda: …" one of coda. */
                    steps?: string[];
                    title?: string;
                    /** @description As said in chat: "tomorrow at 9", "every Monday". */
                    when?: string;
                };
            };
        };
        responses: {
            /** @description It is changed. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        task: {
                            blocked: {
                                reason: string;
                                type: ("waiting_for_person" | "waiting_for_time" | "external" | "failed") | null;
                            } | null;
                            id: string;
                            /** @description When it is taken up. */
                            next_at: string | null;
                            /** @description RFC 5545. */
                            rule: string | null;
                            running: boolean;
                            /** @enum {string} */
                            state: "active" | "blocked" | "done" | "cancelled";
                            /** @description Number of steps that are done. */
                            step: number;
                            steps: {
                                /** @enum {string} */
                                by: "assistant" | "person";
                                result: string | null;
                                specialist: string | null;
                                text: string;
                            }[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            title: string;
                            zone: string;
                        };
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1TasksIdDone: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description What came of it. */
                    result?: string;
                    /** @description Its number: refused if that is not the next one. */
                    step?: number;
                };
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description null: it is there no more. */
                        task: {
                            blocked: {
                                reason: string;
                                type: ("waiting_for_person" | "waiting_for_time" | "external" | "failed") | null;
                            } | null;
                            id: string;
                            /** @description When it is taken up. */
                            next_at: string | null;
                            /** @description RFC 5545. */
                            rule: string | null;
                            running: boolean;
                            /** @enum {string} */
                            state: "active" | "blocked" | "done" | "cancelled";
                            /** @description Number of steps that are done. */
                            step: number;
                            steps: {
                                /** @enum {string} */
                                by: "assistant" | "person";
                                result: string | null;
                                specialist: string | null;
                                text: string;
                            }[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            title: string;
                            zone: string;
                        } | null;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1TasksIdLater: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description As said in chat: "tomorrow at 9", "every Monday". */
                    when: string;
                };
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description null: it is there no more. */
                        task: {
                            blocked: {
                                reason: string;
                                type: ("waiting_for_person" | "waiting_for_time" | "external" | "failed") | null;
                            } | null;
                            id: string;
                            /** @description When it is taken up. */
                            next_at: string | null;
                            /** @description RFC 5545. */
                            rule: string | null;
                            running: boolean;
                            /** @enum {string} */
                            state: "active" | "blocked" | "done" | "cancelled";
                            /** @description Number of steps that are done. */
                            step: number;
                            steps: {
                                /** @enum {string} */
                                by: "assistant" | "person";
                                result: string | null;
                                specialist: string | null;
                                text: string;
                            }[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            title: string;
                            zone: string;
                        } | null;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1TasksIdResume: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, unknown>;
            };
        };
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                        /** @description null: it is there no more. */
                        task: {
                            blocked: {
                                reason: string;
                                type: ("waiting_for_person" | "waiting_for_time" | "external" | "failed") | null;
                            } | null;
                            id: string;
                            /** @description When it is taken up. */
                            next_at: string | null;
                            /** @description RFC 5545. */
                            rule: string | null;
                            running: boolean;
                            /** @enum {string} */
                            state: "active" | "blocked" | "done" | "cancelled";
                            /** @description Number of steps that are done. */
                            step: number;
                            steps: {
                                /** @enum {string} */
                                by: "assistant" | "person";
                                result: string | null;
                                specialist: string | null;
                                text: string;
                            }[];
                            /** @description Text that is not its person’s own went into it. */
                            tainted: boolean;
                            title: string;
                            zone: string;
                        } | null;
                        /** @description Takes it back: POST /v1/undo with this id; null: it cannot be taken back. */
                        undo: {
                            id: string;
                            label: string;
                        } | null;
                    };
                };
            };
            /** @description There is none of this id. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Today: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Today, and the week. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Today and the six days after it; each time of a series. */
                        days: {
                            /** Format: date */
                            day: string;
                            entries: {
                                /** Format: date-time */
                                at: string;
                                /**
                                 * Format: date
                                 * @description In the person's zone.
                                 */
                                day: string;
                                id: string | null;
                                /**
                                 * @description The collection under /v1 that has it; other: nothing can be done with it here.
                                 * @enum {string}
                                 */
                                kind: "reminders" | "schedules" | "other";
                                put_off: boolean;
                                /** @description Of a series, in words: every weekday at 09:00. */
                                repeats: string | null;
                                text: string;
                                /** @description By the person's clock: 18:00. */
                                time: string;
                                urgent: boolean;
                            }[];
                            /** @description Entries that are left out. */
                            more: number;
                        }[];
                        lists: {
                            /** @description Of the note. */
                            id: string;
                            items: string[];
                            name: string;
                        }[];
                        /** Format: date-time */
                        now: string;
                        /** @description What has spoken and waits to be done. */
                        overdue: {
                            /** Format: date-time */
                            at: string;
                            /**
                             * Format: date
                             * @description In the person's zone.
                             */
                            day: string;
                            id: string | null;
                            /**
                             * @description The collection under /v1 that has it; other: nothing can be done with it here.
                             * @enum {string}
                             */
                            kind: "reminders" | "schedules" | "other";
                            put_off: boolean;
                            /** @description Of a series, in words: every weekday at 09:00. */
                            repeats: string | null;
                            text: string;
                            /** @description By the person's clock: 18:00. */
                            time: string;
                            urgent: boolean;
                        }[];
                        /** @description What coda does by itself, for owners; null for everybody else. */
                        own: {
                            /** Format: date-time */
                            at: string;
                            /** Format: date */
                            day: string;
                            name: string;
                            time: string;
                        }[] | null;
                        /** @description What the person was told today by itself: briefings, schedules, notices. */
                        said: {
                            adapter: string;
                            /** Format: date-time */
                            at: string;
                            id: string;
                            text: string;
                            time: string;
                        }[];
                        tasks: {
                            /** @description Why it cannot go on. */
                            blocked: string | null;
                            done: number;
                            id: string;
                            /** @description The step that is next. */
                            next: string | null;
                            next_at: string | null;
                            repeats: string | null;
                            /** @enum {string} */
                            state: "active" | "blocked";
                            steps: number;
                            title: string;
                            /** @description The next step is the person's own. */
                            yours: boolean;
                        }[];
                        /** Format: date */
                        today: string;
                        zone: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Tokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tokens: {
                            /** Format: date-time */
                            created_at: string;
                            expires_at: string | null;
                            id: string;
                            name: string;
                            person: string;
                            revoked_at: string | null;
                            scopes: string[];
                            used_at: string | null;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Tokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description Left out: until it is revoked. */
                    days?: number;
                    name: string;
                    /** @description By id, account or name; left out: the owner at the terminal. */
                    person?: string;
                    /**
                     * @default [
                     *       "messages",
                     *       "data"
                     *     ]
                     */
                    scopes?: ("messages" | "consent" | "data" | "notify" | "skills" | "metrics" | "admin")[];
                };
            };
        };
        responses: {
            /** @description It is made. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        token: string;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteV1TokensName: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Tools: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description By name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        tools: {
                            description: string;
                            /** @description null: it depends on the call. */
                            effect: ("read" | "write" | "fetch" | "external" | "dangerous") | null;
                            name: string;
                            skill: string | null;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getV1Undelivered: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The newest 50, and how many there are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        letters: {
                            /** Format: date-time */
                            at: string;
                            /** @description Why the platform did not take it. */
                            error: string | null;
                            id: string;
                            /** @description answer, reminder, notice … */
                            kind: string;
                            platform: string;
                            /** @description The words, where they were for you. */
                            text: string | null;
                            /** @description The person; null: everybody there. */
                            to: string | null;
                            yours: boolean;
                        }[];
                        total: number;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1UndeliveredIdDiscard: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1UndeliveredIdResend: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is done. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        done: true;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postV1Undo: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under the same key is carried out once, and gets the first answer. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /**
                     * Format: uuid
                     * @description "undo.id" of an answer; left out: the last act.
                     */
                    id?: string;
                };
            };
        };
        responses: {
            /** @description It is taken back. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description What coda would say in chat. */
                        said: string;
                    };
                };
            };
            /** @description It cannot be done as it is asked for; "reason" says why. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    postValidate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @default true */
                    check_entrypoints?: boolean;
                };
            };
        };
        responses: {
            /** @description A verdict on each. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                        skills: {
                            name: string;
                            problems: {
                                code: string;
                                level: string;
                                message: string;
                            }[];
                            strict: boolean;
                            usable: boolean;
                        }[];
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
