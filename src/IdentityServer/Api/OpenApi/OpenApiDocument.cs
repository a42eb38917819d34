using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Routing.Patterns;

namespace IdentityServer.Api;

/// <summary>Writes the OpenAPI 3.1 document of the management API from the routes that are mapped.</summary>
internal static class OpenApiDocument
{
    private const string Json = "application/json";
    private const string TenantParameter = "Tenant";

    /// <summary>The document, for a server at this address.</summary>
    public static JsonObject Write(IEnumerable<Endpoint> endpoints, string address, string version)
    {
        var components = new Components();
        var paths = new JsonObject();
        var routes =
            from endpoint in endpoints.OfType<RouteEndpoint>()
            let call = endpoint.Metadata.GetMetadata<ApiCall>()
            where call is not null
            from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
            from pattern in Spread(endpoint.RoutePattern)
            orderby ApiRoutes.Permission(endpoint.RoutePattern), pattern.Length, MethodOrder(method)
            select (Path: pattern, Method: method, Pattern: endpoint.RoutePattern, Call: call);
        var groups = new List<string>();
        foreach (var (path, method, pattern, call) in routes)
        {
            var operations = paths[path] as JsonObject;
            if (operations is null)
            {
                paths[path] = operations = [];
            }

            operations[method.ToLowerInvariant()] = WriteOperation(components, path, method, pattern, call);
            if (!groups.Contains(call.Group))
            {
                groups.Add(call.Group);
            }
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "IdentityServer management API",
                ["version"] = version,
                ["description"] = "Instants are milliseconds since 1970. Members that are null are left out of answers, and members that "
                    + "are not known are ignored in requests. Compare the codes of errors, not their messages.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = address }),
            ["tags"] = new JsonArray([.. groups.Select(group => new JsonObject { ["name"] = group })]),
            ["paths"] = paths,
            ["components"] = WriteComponents(components),
        };
    }

    // A path with an optional id at its end is two paths here.
    private static IEnumerable<string> Spread(RoutePattern pattern)
    {
        var segments = pattern.PathSegments.Select(segment => segment.Parts[0] switch
        {
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            RoutePatternLiteralPart literal => literal.Content,
            _ => throw new NotSupportedException(pattern.RawText),
        }).ToList();
        if (pattern.Parameters.Any(parameter => parameter.IsOptional))
        {
            yield return "/" + string.Join('/', segments.SkipLast(1));
        }

        yield return "/" + string.Join('/', segments);
    }

    private static JsonObject WriteOperation(Components components, string path, string method, RoutePattern pattern, ApiCall call)
    {
        var names = pattern.Parameters.Where(parameter => path.Contains($"{{{parameter.Name}}}", StringComparison.Ordinal)).ToList();
        var withOptional = names.Exists(parameter => parameter.IsOptional);
        var operation = new JsonObject
        {
            ["tags"] = new JsonArray(call.Group),
            ["operationId"] = withOptional ? call.Id + "WithId" : call.Id,
            ["summary"] = call.Summary,
        };
        if (call.Remarks is not null)
        {
            operation["description"] = call.Remarks;
        }

        operation["security"] = new JsonArray(
        [
            .. call.Open ? [new JsonObject()] : Array.Empty<JsonNode>(),
            .. call.TakesKey ? [Required("apiKey")] : Array.Empty<JsonNode>(),
            .. call.TakesToken ? [Required("accessToken"), Required("accessTokenCookie")] : Array.Empty<JsonNode>(),
        ]);
        operation["parameters"] = new JsonArray(
        [
            .. names.Select(parameter => PathParameter(components, parameter)),
            .. call.Query.Select(parameter => QueryParameter(components, parameter)),
            .. call is { Open: true, Body: null } ? Array.Empty<JsonNode>() : [new JsonObject { ["$ref"] = "#/components/parameters/" + TenantParameter }],
        ]);
        if (call.Body is not null)
        {
            operation["requestBody"] = WriteBody(components, method, call);
        }

        operation["responses"] = WriteResponses(components, call, call.MayMiss ?? names.Exists(parameter => !parameter.IsOptional));
        return operation;
    }

    private static JsonObject WriteBody(Components components, string method, ApiCall call)
    {
        var content = new JsonObject();
        if (HttpMethods.IsPatch(method))
        {
            foreach (var type in new[] { Json, Patch.MergePatchType })
            {
                content[type] = Media(call.Body!.Write(components, ShapeUse.Patch));
            }

            content[Patch.JsonPatchType] = new JsonObject { ["schema"] = JsonPatchShape.Write(components, ShapeUse.Request) };
        }
        else
        {
            content[Json] = Media(call.Body!.Write(components, ShapeUse.Request));
        }

        return new JsonObject { ["required"] = !call.BodyIsOptional, ["content"] = content };

        JsonObject Media(JsonObject schema)
        {
            var media = new JsonObject { ["schema"] = schema };
            if (call.Example is not null)
            {
                media["example"] = JsonNode.Parse(call.Example);
            }

            return media;
        }
    }

    // RFC 6902 §4.
    private static readonly Shape JsonPatchShape = Shape.List(Shape.Object(
        "JsonPatchOperation",
        Member.Needed("op", Shape.Words("add", "remove", "replace", "move", "copy", "test")),
        Member.Needed("path", Shape.Text, "A JSON Pointer into the envelope, such as /user/data/x (RFC 6901)."),
        Member.Taken("from", Shape.Text),
        Member.Taken("value", Shape.Any)));

    private static JsonObject WriteResponses(Components components, ApiCall call, bool mayMiss)
    {
        var success = new JsonObject { ["description"] = call.Answer is null ? "Done. There is no body." : "Done." };
        if (call.Answer is not null)
        {
            success["content"] = new JsonObject { [Json] = new JsonObject { ["schema"] = call.Answer.Write(components, ShapeUse.Answer) } };
        }

        var responses = new JsonObject { ["200"] = success };
        foreach (var (status, about, shape) in call.More)
        {
            var more = new JsonObject { ["description"] = about };
            if (shape is not null)
            {
                more["content"] = new JsonObject { [Json] = new JsonObject { ["schema"] = shape.Write(components, ShapeUse.Answer) } };
            }

            responses[status.ToString(CultureInfo.InvariantCulture)] = more;
        }

        Add("400", "Refused", call is not { Open: true, Body: null, Query.Count: 0 } || mayMiss);
        Add("401", "Denied", applies: true);
        Add("404", "Missing", mayMiss);
        Add("413", "TooLarge", call.Body is not null);
        Add("429", "TooMany", call is { Open: true, Body: not null });
        Add("503", "Busy", applies: true);
        return responses;

        void Add(string status, string name, bool applies)
        {
            if (applies)
            {
                responses[status] = new JsonObject { ["$ref"] = "#/components/responses/" + name };
            }
        }
    }

    private static JsonObject PathParameter(Components components, RoutePatternParameterPart parameter) => new()
    {
        ["name"] = parameter.Name,
        ["in"] = "path",
        ["required"] = true,
        // Logs are numbered (§1.3), and their routes call the number "id"; a sign-in that waits has a secret; everything else has an id
        // of its own name.
        ["schema"] = (parameter.Name == "id" ? Shape.Long : parameter.Name == TwoFactorApi.InPath ? Shape.Text : Shape.Uuid).Write(components, ShapeUse.Request),
    };

    private static JsonObject QueryParameter(Components components, Member parameter)
    {
        var written = new JsonObject { ["name"] = parameter.Name, ["in"] = "query" };
        if (parameter.IsNeeded)
        {
            written["required"] = true;
        }

        if (parameter.About is not null)
        {
            written["description"] = parameter.About;
        }

        written["schema"] = parameter.Shape.Write(components, ShapeUse.Request);
        return written;
    }

    private static JsonObject Required(string scheme) => new() { [scheme] = new JsonArray() };

    private static JsonObject WriteComponents(Components components)
    {
        var refused = Response("The request was refused; the body says why.");
        refused["content"] = new JsonObject { [Json] = new JsonObject { ["schema"] = ErrorShape.Write(components, ShapeUse.Answer) } };
        return new JsonObject
        {
            ["schemas"] = components.Write(),
            ["responses"] = new JsonObject
            {
                ["Refused"] = refused,
                ["Denied"] = Response("No key, an unknown or expired one, or one that lacks the permission. There is no body."),
                ["Missing"] = Response("There is no such object. There is no body."),
                ["TooLarge"] = Response("The body is too large. There is no body in the answer."),
                ["TooMany"] = Later("Too many failures from this address. There is no body."),
                ["Busy"] = Later("The server has no room just now."),
            },
            ["parameters"] = new JsonObject
            {
                [TenantParameter] = new JsonObject
                {
                    ["name"] = ApiEndpoint.TenantHeader,
                    ["in"] = "header",
                    ["description"] = "The tenant. It need not be named while there is one.",
                    ["schema"] = Shape.Uuid.Write(components, ShapeUse.Request),
                },
            },
            ["securitySchemes"] = new JsonObject
            {
                ["apiKey"] = new JsonObject
                {
                    ["type"] = "apiKey",
                    ["in"] = "header",
                    ["name"] = "Authorization",
                    ["description"] = "The API key as it is, without a scheme before it.",
                },
                ["accessToken"] = new JsonObject
                {
                    ["type"] = "http",
                    ["scheme"] = "bearer",
                    ["description"] = "An access token of the person whom the call is about.",
                },
                ["accessTokenCookie"] = new JsonObject
                {
                    ["type"] = "apiKey",
                    ["in"] = "cookie",
                    ["name"] = TokenCookies.AccessToken,
                    ["description"] = "The same as a cookie; it counts for pages of the server's own origin.",
                },
            },
        };

        JsonObject Later(string about)
        {
            var response = Response(about);
            response["headers"] = new JsonObject
            {
                ["Retry-After"] = new JsonObject { ["description"] = "Seconds to wait.", ["schema"] = Shape.Whole.Write(components, ShapeUse.Answer) },
            };
            return response;
        }

        static JsonObject Response(string about) => new() { ["description"] = about };
    }

    // §1.7.
    private static readonly Shape FoundWrong = Shape.List(Shape.Object(
        "Error",
        Member.Shown("code", Shape.Text, "The reason in brackets and the path: [blank]user.email."),
        Member.Shown("message", Shape.Text)));

    private static readonly Shape ErrorShape = Shape.Object(
        "Errors",
        Member.ShownIfSet("fieldErrors", Shape.Map(FoundWrong), "By dotted path."),
        Member.ShownIfSet("generalErrors", FoundWrong));

    private static int MethodOrder(string method) => Array.IndexOf(["GET", "POST", "PUT", "PATCH", "DELETE"], method);
}
