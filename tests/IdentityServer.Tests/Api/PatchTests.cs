using System.Text.Json.Nodes;
using IdentityServer.Api;

namespace IdentityServer.Tests.Api;

/// <summary>The three dialects of PATCH on documents (§1.5 of the compatibility notes).</summary>
public sealed class PatchTests
{
    // RFC 7396 appendix A, as far as documents and patches are objects, as ours are.
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", """{}""")]
    [InlineData("""{"a":"b","b":"c"}""", """{"a":null}""", """{"b":"c"}""")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"c"}""", """{"a":["b"]}""", """{"a":["b"]}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"a":[{"b":"c"}]}""", """{"a":[1]}""", """{"a":[1]}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("""{}""", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void A_merge_patch_merges_as_the_specification_shows(string document, string patch, string expected) =>
        Same(expected, MergePatch.Apply(Object(document), Object(patch)));

    [Theory]
    [InlineData("""{"u":{"tags":["a"]}}""", """{"u":{"tags":["b"]}}""", """{"u":{"tags":["a","b"]}}""")]
    [InlineData("""{"u":{"tags":["a"]}}""", """{"u":{"tags":["a"]}}""", """{"u":{"tags":["a","a"]}}""")]
    [InlineData("""{"u":{"set":["a","b"]}}""", """{"u":{"set":["b","c"]}}""", """{"u":{"set":["a","b","c"]}}""")]
    [InlineData("""{"u":{"by":{"x":["a"]}}}""", """{"u":{"by":{"x":["a","b"],"y":["c"]}}}""", """{"u":{"by":{"x":["a","b"],"y":["c"]}}}""")]
    [InlineData("""{"u":{"tags":["a"]}}""", """{"u":{"tags":null}}""", """{"u":{}}""")]
    [InlineData("""{"u":{"tags":"a"}}""", """{"u":{"tags":["b"]}}""", """{"u":{"tags":["b"]}}""")]
    [InlineData("""{"u":{"a":{"b":1}}}""", """{"u":{"a":{"c":2}}}""", """{"u":{"a":{"b":1,"c":2}}}""")]
    [InlineData("""{}""", """{"u":{"a":{"c":null}}}""", """{"u":{"a":{}}}""")]
    public void Plain_json_merges_appends_lists_and_unites_sets(string document, string patch, string expected) =>
        Same(expected, MergeAppend.Apply(Object(document), Object(patch), ["u.set", "u.by.*"]));

    // RFC 6902 appendix A.
    [Theory]
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/baz","value":"qux"}]""", """{"foo":"bar","baz":"qux"}""")]
    [InlineData("""{"foo":["bar","baz"]}""", """[{"op":"add","path":"/foo/1","value":"qux"}]""", """{"foo":["bar","qux","baz"]}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", """[{"op":"remove","path":"/baz"}]""", """{"foo":"bar"}""")]
    [InlineData("""{"foo":["bar","qux","baz"]}""", """[{"op":"remove","path":"/foo/1"}]""", """{"foo":["bar","baz"]}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", """[{"op":"replace","path":"/baz","value":"boo"}]""", """{"baz":"boo","foo":"bar"}""")]
    [InlineData("""{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}""", """[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]""", """{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}""")]
    [InlineData("""{"foo":["all","grass","cows","eat"]}""", """[{"op":"move","from":"/foo/1","path":"/foo/3"}]""", """{"foo":["all","cows","eat","grass"]}""")]
    [InlineData("""{"baz":"qux","foo":["a",2,"c"]}""", """[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]""", """{"baz":"qux","foo":["a",2,"c"]}""")]
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/child","value":{"grandchild":{}}}]""", """{"foo":"bar","child":{"grandchild":{}}}""")]
    [InlineData("""{"foo":"bar"}""", """[{"op":"add","path":"/baz","value":"qux","xyz":123}]""", """{"foo":"bar","baz":"qux"}""")]
    [InlineData("""{"/":9,"~1":10}""", """[{"op":"test","path":"/~01","value":10}]""", """{"/":9,"~1":10}""")]
    [InlineData("""{"foo":["bar"]}""", """[{"op":"add","path":"/foo/-","value":["abc","def"]}]""", """{"foo":["bar",["abc","def"]]}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"copy","from":"/a","path":"/c"},{"op":"replace","path":"/c/b","value":2}]""", """{"a":{"b":1},"c":{"b":2}}""")]
    [InlineData("""{"a":1}""", """[{"op":"add","path":"/a","value":null}]""", """{"a":null}""")]
    public void A_json_patch_does_as_the_specification_shows(string document, string patch, string expected)
    {
        var errors = new FieldErrors();

        var result = JsonPatch.Apply(Object(document), JsonNode.Parse(patch)!.AsArray(), errors);

        Assert.False(errors.Any);
        Same(expected, result!);
    }

    [Theory]
    [InlineData("""[{"op":"test","path":"/baz","value":"bar"}]""")]
    [InlineData("""[{"op":"test","path":"/n","value":"10"}]""")]
    [InlineData("""[{"op":"add","path":"/not/there","value":1}]""")]
    [InlineData("""[{"op":"remove","path":"/nothing"}]""")]
    [InlineData("""[{"op":"replace","path":"/nothing","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/list/3","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/list/01","value":1}]""")]
    [InlineData("""[{"op":"remove","path":"/list/-"}]""")]
    [InlineData("""[{"op":"move","from":"/object","path":"/object/inside"}]""")]
    [InlineData("""[{"op":"move","from":"","path":"/all"}]""")]
    [InlineData("""[{"op":"remove","path":""}]""")]
    [InlineData("""[{"op":"replace","path":"","value":{}}]""")]
    [InlineData("""[{"op":"add","path":"no-slash","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/~2","value":1}]""")]
    [InlineData("""[{"op":"add","path":"/x"}]""")]
    [InlineData("""[{"op":"destroy","path":"/n"}]""")]
    [InlineData("""[{"path":"/n"}]""")]
    [InlineData("""["add"]""")]
    [InlineData("""[null]""")]
    public void A_json_patch_that_can_not_be_done_is_refused(string patch)
    {
        var errors = new FieldErrors();

        Assert.Null(JsonPatch.Apply(Object("""{"baz":"qux","n":10,"list":[1,2],"object":{}}"""), JsonNode.Parse(patch)!.AsArray(), errors));
        Assert.Equal("[invalid]", Assert.Single(errors.General).Code);
    }

    [Fact]
    public void Copying_does_not_multiply_without_end()
    {
        var doubling = new JsonArray([.. Enumerable.Range(0, 100).Select(step => new JsonObject { ["op"] = "copy", ["from"] = "/a", ["path"] = $"/a/x{step}" })]);
        var widening = new JsonArray([.. Enumerable.Range(0, 400).Select(_ => new JsonObject { ["op"] = "copy", ["from"] = "/a", ["path"] = "/b/-" })]);
        var text = new JsonArray([.. Enumerable.Range(0, 400).Select(_ => new JsonObject { ["op"] = "copy", ["from"] = "/long", ["path"] = "/b/-" })]);
        var document = new JsonObject { ["a"] = new JsonObject { ["l"] = new JsonArray([.. Enumerable.Range(0, 500).Select(n => JsonValue.Create(n))]) }, ["b"] = new JsonArray(), ["long"] = new string('x', 100_000) };

        foreach (var patch in new[] { doubling, widening, text })
        {
            var errors = new FieldErrors();
            Assert.Null(JsonPatch.Apply(document.DeepClone().AsObject(), patch, errors));
            Assert.True(errors.Any);
        }
    }

    [Fact]
    public void A_patch_has_a_bounded_number_of_operations()
    {
        var errors = new FieldErrors();
        var patch = new JsonArray([.. Enumerable.Range(0, 501).Select(_ => new JsonObject { ["op"] = "add", ["path"] = "/a", ["value"] = 1 })]);

        Assert.Null(JsonPatch.Apply([], patch, errors));
        Assert.Equal("[invalidJSON]", Assert.Single(errors.General).Code);
    }

    private static JsonObject Object(string json) => JsonNode.Parse(json)!.AsObject();

    private static void Same(string expected, JsonObject actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual.ToJsonString());
}
