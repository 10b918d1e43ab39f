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
         * The person's conversations, here and on other platforms, the newest first.
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
         * What was said in a conversation, the oldest first; what was unread counts as read now.
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
    postSkillsIdUndeprecate: {
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
                                what: string;
                                /** @enum {string} */
                                where: "platform" | "inbox" | "turn" | "model" | "tool" | "asked" | "outbox" | "receipt";
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
            query?: never;
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
                            last_outcome: string | null;
                            /** @enum {string} */
                            missed: "latest" | "skip";
                            next_at: string | null;
                            on: boolean;
                            prompt: string | null;
                            /** @description RFC 5545; null: once. */
                            rule: string | null;
                            run: string | null;
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
                    /** @description The token's conversation that it belongs to; left out: where its person is told something alone. */
                    conversation?: string;
                    /**
                     * @description What was missed while coda was off: latest = made up for; skip.
                     * @enum {string}
                     */
                    missed?: "latest" | "skip";
                    /** @description What coda is then to do, in words. */
                    prompt?: string;
                    /** @description Instead of prompt: a skill by name, and what it gets. */
                    run?: string;
                    title?: string;
                    /** @description As said in chat: "every weekday at 8", "on 3 December at 9". */
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
                        /** @description What coda would say in chat. */
                        said: string;
                        schedule: {
                            /** @description In a row. */
                            failures: number;
                            id: string;
                            last_at: string | null;
                            last_outcome: string | null;
                            /** @enum {string} */
                            missed: "latest" | "skip";
                            next_at: string | null;
                            on: boolean;
                            prompt: string | null;
                            /** @description RFC 5545; null: once. */
                            rule: string | null;
                            run: string | null;
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
                        last_outcome: string | null;
                        /** @enum {string} */
                        missed: "latest" | "skip";
                        next_at: string | null;
                        on: boolean;
                        prompt: string | null;
                        /** @description RFC 5545; null: once. */
                        rule: string | null;
                        run: string | null;
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
                    /**
                     * @description What was missed while coda was off: latest = made up for; skip.
                     * @enum {string}
                     */
                    missed?: "latest" | "skip";
                    on?: boolean;
                    /** @description What coda is then to do, in words. */
                    prompt?: string;
                    /** @description Instead of prompt: a skill by name, and what it gets. */
                    run?: string;
                    title?: string;
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
                            last_outcome: string | null;
                            /** @enum {string} */
                            missed: "latest" | "skip";
                            next_at: string | null;
                            on: boolean;
                            prompt: string | null;
                            /** @description RFC 5545; null: once. */
                            rule: string | null;
                            run: string | null;
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
                            last_outcome: string | null;
                            /** @enum {string} */
                            missed: "latest" | "skip";
                            next_at: string | null;
                            on: boolean;
                            prompt: string | null;
                            /** @description RFC 5545; null: once. */
                            rule: string | null;
                            run: string | null;
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
    postV1SkillsIdUndeprecate: {
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
