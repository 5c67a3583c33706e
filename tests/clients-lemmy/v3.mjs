// A day in a community of Lemmy 0.19, through the official client: `node v3.mjs URL ADMIN PASSWORD`.
import assert from "node:assert/strict";
import { open, tell } from "./client.mjs";

const [url, admin, password] = process.argv.slice(2);
const as = open("lemmy-js-client-v3", url);
const tail = Math.random().toString(36).slice(2, 8);

await tell(async () => {
  const boss = as((await as().login({ username_or_email: admin, password })).jwt);
  await boss.editSite({ registration_mode: "Open", rate_limit_register: 1000000, rate_limit_register_per_second: 1 });

  const people = {};
  for (const name of ["mia", "ana", "ben"]) {
    const form = { username: name + tail, password: "correct horse", password_verify: "correct horse", show_nsfw: true };
    const client = as((await as().register(form)).jwt);
    const site = await client.getSite();
    people[name] = { client, ...site.my_user.local_user_view.person };
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
  const first = (await ben.client.createComment({ content: `Nothing, @${ana.name}@${new URL(ana.actor_id).host}`, post_id })).comment_view.comment;
  const second = (await ana.client.createComment({ content: "Really?", post_id, parent_id: first.id })).comment_view.comment;
  assert.equal(second.path, `0.${first.id}.${second.id}`);
  await ana.client.editComment({ comment_id: second.id, content: "Really so?" });
  await ben.client.likePost({ post_id, score: 1 });
  await ben.client.likeComment({ comment_id: second.id, score: -1 });
  await ben.client.distinguishComment({ comment_id: first.id, distinguished: true });

  const seen = await ben.client.getPost({ id: post_id });
  assert.deepEqual([seen.post_view.post.name, seen.post_view.counts.comments, seen.post_view.counts.score], ["Another question", 2, 2]);
  const listed = await ana.client.getPosts({ community_id, sort: "New", type_: "All", limit: 50 });
  assert.deepEqual(listed.posts.map((view) => view.post.id), [post_id]);
  const thread = await ana.client.getComments({ post_id, sort: "Old", type_: "All", limit: 50 });
  assert.deepEqual(new Set(thread.comments.map((view) => view.comment.id)), new Set([first.id, second.id]));
  assert.equal((await ana.client.getComment({ id: second.id })).comment_view.counts.downvotes, 1);

  // Who is told of what
  const [mention] = (await ana.client.getPersonMentions({ sort: "New", unread_only: false, limit: 50 })).mentions;
  const replies = (await ana.client.getReplies({ sort: "New", unread_only: false, limit: 50 })).replies;
  assert.equal(mention ? 1 + replies.length : replies.length, 1, "one notice for what is a reply and a mention");
  assert.equal((await ana.client.getReplies({ sort: "New", unread_only: true, limit: 50 })).replies.length, 0, "who answers has read");
  if (mention) await ana.client.markPersonMentionAsRead({ person_mention_id: mention.person_mention.id, read: true });
  const [reply] = (await ben.client.getReplies({ sort: "New", unread_only: true, limit: 50 })).replies;
  assert.equal(reply.comment.id, second.id);
  await ben.client.markCommentReplyAsRead({ comment_reply_id: reply.comment_reply.id, read: true });
  assert.equal((await ben.client.getUnreadCount()).replies, 0);
  await ana.client.markAllAsRead();

  const letter = (await ana.client.createPrivateMessage({ content: "Only for you", recipient_id: ben.id })).private_message_view.private_message;
  await ana.client.editPrivateMessage({ private_message_id: letter.id, content: "Only for you, ben" });
  const letters = await ben.client.getPrivateMessages({ unread_only: true, limit: 50 });
  assert.deepEqual(letters.private_messages.map((view) => view.private_message.content), ["Only for you, ben"]);
  await ben.client.markPrivateMessageAsRead({ private_message_id: letter.id, read: true });
  await ana.client.deletePrivateMessage({ private_message_id: letter.id, deleted: true });

  // Reports
  await ana.client.createPostReport({ post_id, reason: "off topic" });
  await ana.client.createCommentReport({ comment_id: first.id, reason: "rude" });
  const count = await mia.client.getReportCount({ community_id });
  assert.deepEqual([count.post_reports, count.comment_reports], [1, 1]);
  const [about] = (await mia.client.listPostReports({ community_id, unresolved_only: true, limit: 50 })).post_reports;
  await mia.client.resolvePostReport({ report_id: about.post_report.id, resolved: true });
  const [rude] = (await mia.client.listCommentReports({ community_id, unresolved_only: true, limit: 50 })).comment_reports;
  await mia.client.resolveCommentReport({ report_id: rude.comment_report.id, resolved: true });

  // Moderators
  await mia.client.featurePost({ post_id, featured: true, feature_type: "Community" });
  await mia.client.lockPost({ post_id, locked: true });
  await assert.rejects(ana.client.createComment({ content: "one more thing", post_id }), /locked/);
  await mia.client.removeComment({ comment_id: second.id, removed: true, reason: "rule 1" });
  await mia.client.removePost({ post_id, removed: true, reason: "rule 2" });
  await mia.client.removePost({ post_id, removed: false, reason: "a mistake" });
  const expires = Math.floor(Date.now() / 1000) + 86400;
  await mia.client.banFromCommunity({ community_id, person_id: ana.id, ban: true, reason: "third strike", expires });
  await assert.rejects(ana.client.createPost({ name: "Still here", community_id }), /banned/);
  await mia.client.banFromCommunity({ community_id, person_id: ana.id, ban: false });
  await assert.rejects(ben.client.banFromCommunity({ community_id, person_id: mia.id, ban: true }), /not_higher_mod/);
  const log = await ana.client.getModlog({ community_id, limit: 50 });
  assert.deepEqual(log.removed_posts.map((row) => row.mod_remove_post.removed), [false, true]);
  assert.deepEqual(log.banned_from_community.map((row) => row.mod_ban_from_community.banned), [false, true]);
  assert.equal(log.removed_comments.length, 1);

  // Finding
  const elsewhere = (await ben.client.createCommunity({ name: `news${tail}`, title: "News" })).community_view.community.id;
  const twin = (await ben.client.createPost({ name: "The same news", url: link, community_id: elsewhere })).post_view.post;
  assert.deepEqual((await ana.client.getPost({ id: twin.id })).cross_posts.map((view) => view.post.id), [post_id]);
  assert.equal((await ana.client.search({ q: link, type_: "Url", limit: 50 })).posts.length, 2);
  assert.equal((await ana.client.resolveObject({ q: twin.ap_id })).post.post.id, twin.id);

  // Taking back
  await ana.client.deleteComment({ comment_id: second.id, deleted: true }).catch((error) => assert.match(String(error), /couldnt_update_comment|removed/));
  await ana.client.deletePost({ post_id, deleted: true });
  await ana.client.deletePost({ post_id, deleted: false });
  await ana.client.logout();
  await assert.rejects(ana.client.validateAuth());
});
