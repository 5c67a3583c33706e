// A day in a community of Lemmy 1.0, through the official client: `node v4.mjs URL ADMIN PASSWORD`.
import assert from "node:assert/strict";
import { listing, open, tell } from "./client.mjs";

const [url, admin, password] = process.argv.slice(2);
const as = open("lemmy-js-client-v4", url);
const tail = Math.random().toString(36).slice(2, 8);

await tell(async () => {
  const boss = as((await as().login({ username_or_email: admin, password, stay_logged_in: true })).jwt);
  await boss.editSite({ registration_mode: "open", rate_limit_register_max_requests: 1000000, rate_limit_register_interval_seconds: 1 });
  await boss.getSite();

  const people = {};
  for (const name of ["mia", "ana", "ben"]) {
    const form = { username: name + tail, password: "correct horse", password_verify: "correct horse", show_nsfw: true };
    const client = as((await as().register(form)).jwt);
    people[name] = { client, ...(await client.getMyUser()).local_user_view.person };
  }
  const { mia, ana, ben } = people;
  assert.equal((await as().getPersonDetails({ username: ana.name })).person_view.person.id, ana.id);
  await mia.client.validateAuth();
  await mia.client.saveUserSettings({ show_nsfw: true, show_read_posts: true, show_bot_accounts: true, bot_account: false, bio: "Here since spring." });

  const community_id = (await mia.client.createCommunity({ name: `chat${tail}`, title: "Free chat" })).community_view.community.id;
  await ana.client.followCommunity({ community_id, follow: true });
  const there = await ana.client.getCommunity({ name: `chat${tail}` });
  assert.deepEqual(there.moderators.map((one) => one.moderator.id), [mia.id]);
  await mia.client.addModToCommunity({ community_id, person_id: ben.id, added: true });

  const link = `https://news.example/${tail}`;
  const post_id = (await ana.client.createPost({ name: "A question", body: "What do you *think*?", url: link, community_id })).post_view.post.id;
  await ana.client.editPost({ post_id, name: "Another question", body: "What then?" });
  const first = (await ben.client.createComment({ content: `Nothing, @${ana.name}@${new URL(ana.ap_id).host}`, post_id })).comment_view.comment;
  const unread = (who, type_) => () => who.client.listNotifications({ type_, unread_only: true, limit: 50 });
  assert.equal((await listing(1, unread(ana))).length, 1, "one notice for what is a reply and a mention");
  const second = (await ana.client.createComment({ content: "Really?", post_id, parent_id: first.id })).comment_view.comment;
  assert.equal(second.path, `0.${first.id}.${second.id}`);
  assert.equal((await unread(ana)()).items.length, 0, "who answers has read");
  assert.equal((await ana.client.listNotifications({ unread_only: false, limit: 50 })).items.length, 1);
  await ana.client.editComment({ comment_id: second.id, content: "Really so?" });

  // Who is told of what
  const told = await listing(2, unread(ben, "reply"));
  assert.deepEqual(told.map((item) => item.data.comment.id), [second.id, second.id], "an edit is news again");
  await ben.client.markNotificationAsRead({ notification_id: told[0].notification.id, read: true });
  const appointed = await listing(1, unread(ben, "mod_action"));
  assert.deepEqual(appointed.map((item) => item.data.modlog.kind), ["mod_add_to_community"]);
  assert.equal((await ben.client.getUnreadCounts()).notification_count, 2, "the other reply and the appointment");
  await ben.client.likePost({ post_id, is_upvote: true });
  await ben.client.likeComment({ comment_id: second.id, is_upvote: false });
  assert.equal((await ben.client.getUnreadCounts()).notification_count, 1, "who votes has read");
  await ben.client.markAllNotificationsAsRead();
  assert.equal((await ben.client.getUnreadCounts()).notification_count, 0);
  await ben.client.distinguishComment({ comment_id: first.id, distinguished: true });

  const seen = (await ben.client.getPost({ id: post_id })).post_view.post;
  assert.deepEqual([seen.name, seen.comments, seen.score], ["Another question", 2, 2]);
  const listed = await ana.client.getPosts({ community_id, sort: "new", type_: "all", limit: 50 });
  assert.deepEqual(listed.items.map((view) => view.post.id), [post_id]);
  const thread = await ana.client.getComments({ post_id, sort: "old", type_: "all", limit: 50 });
  assert.deepEqual(new Set(thread.items.map((view) => view.comment.id)), new Set([first.id, second.id]));
  assert.equal((await ana.client.getComment({ id: second.id })).comment_view.comment.downvotes, 1);

  const letter = (await ana.client.createPrivateMessage({ content: "Only for you", recipient_id: ben.id })).private_message_view.private_message;
  await ana.client.editPrivateMessage({ private_message_id: letter.id, content: "Only for you, ben" });
  const letters = await listing(2, () => ben.client.listNotifications({ type_: "private_message", unread_only: true, limit: 50 }));
  assert.deepEqual(letters.map((item) => item.data.private_message.content), ["Only for you, ben", "Only for you, ben"]);
  await ana.client.deletePrivateMessage({ private_message_id: letter.id, deleted: true });

  // Reports
  await ana.client.createPostReport({ post_id, reason: "off topic" });
  await ana.client.createCommentReport({ comment_id: first.id, reason: "rude" });
  const reports = (await mia.client.listReports({ community_id, unresolved_only: true, limit: 50 })).items;
  assert.deepEqual(reports.map((view) => view.type_).sort(), ["comment", "post"]);
  for (const view of reports) {
    if (view.type_ === "post") await mia.client.resolvePostReport({ report_id: view.post_report.id, resolved: true });
    else await mia.client.resolveCommentReport({ report_id: view.comment_report.id, resolved: true });
  }
  assert.equal((await mia.client.listReports({ community_id, unresolved_only: true, limit: 50 })).items.length, 0);

  // Moderators
  await mia.client.featurePost({ post_id, featured: true, feature_type: "community" });
  await mia.client.lockPost({ post_id, locked: true, reason: "heated" });
  await assert.rejects(ana.client.createComment({ content: "one more thing", post_id }), /locked/);
  await mia.client.lockPost({ post_id, locked: false, reason: "calm again" });
  await mia.client.warnPost({ post_id, reason: "be kind" });
  await mia.client.warnComment({ comment_id: second.id, reason: "be kind" });
  await mia.client.removeComment({ comment_id: second.id, removed: true, reason: "rule 1" });
  await mia.client.removePost({ post_id, removed: true, reason: "rule 2" });
  await mia.client.removePost({ post_id, removed: false, reason: "a mistake" });
  const expires_at = Math.floor(Date.now() / 1000) + 86400;
  await mia.client.banFromCommunity({ community_id, person_id: ana.id, ban: true, reason: "third strike", expires_at });
  await assert.rejects(ana.client.createPost({ name: "Still here", community_id }), /banned/);
  await mia.client.banFromCommunity({ community_id, person_id: ana.id, ban: false, reason: "appeal" });
  await assert.rejects(ben.client.banFromCommunity({ community_id, person_id: mia.id, ban: true, reason: "mutiny" }), /not_higher_mod/);
  const log = (await ana.client.getModlog({ community_id, limit: 50 })).items.map((item) => [item.modlog.kind, item.modlog.is_revert]);
  assert.deepEqual(log, [
    ["mod_ban_from_community", true],
    ["mod_ban_from_community", false],
    ["mod_remove_post", true],
    ["mod_remove_post", false],
    ["mod_remove_comment", false],
    ["mod_warn_comment", false],
    ["mod_warn_post", false],
    ["mod_lock_post", true],
    ["mod_lock_post", false],
    ["mod_feature_post_community", false],
    ["mod_add_to_community", true], // 1.0.0-beta.1 turns it round twice
  ]);

  // Finding
  const elsewhere = (await ben.client.createCommunity({ name: `news${tail}`, title: "News" })).community_view.community.id;
  const twin = (await ben.client.createPost({ name: "The same news", url: link, community_id: elsewhere })).post_view.post;
  assert.deepEqual((await ana.client.getPost({ id: twin.id })).cross_posts.map((view) => view.post.id), [post_id]);
  assert.equal((await ana.client.getPosts({ search_term: link, search_url_only: true, type_: "all", limit: 50 })).items.length, 2);
  assert.equal((await ana.client.resolveObject({ q: twin.ap_id })).post.id, twin.id);
  const mine = await ana.client.listPersonContent({ person_id: ana.id, limit: 50 });
  assert.deepEqual(mine.items.map((item) => item.type_).sort(), ["comment", "post"]);

  // Taking back
  await ana.client.deletePost({ post_id, deleted: true });
  await ana.client.deletePost({ post_id, deleted: false });
  await ana.client.logout();
  await assert.rejects(ana.client.validateAuth());
});
