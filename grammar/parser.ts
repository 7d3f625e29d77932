/** @file The grammar of `.net`: a concrete syntax tree of every text, with error recovery and no actions; LL(2). */
import type { ParserOptions } from "./expressions.js";
import { StatementRules } from "./statements.js";
import * as t from "./tokens.js";

const { keyword } = t;

/** Each member is one rule; `net.ebnf` shows each with an example. Expressions and statements are in files of their own. */
export class NetParser extends StatementRules {
  constructor(options: ParserOptions = {}) {
    super(options);
    this.performSelfAnalysis();
  }

  // ---- Declarations

  file = this.RULE("file", () => {
    this.MANY(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.importDeclaration) },
        { ALT: () => this.SUBRULE(this.constDeclaration) },
        { ALT: () => this.SUBRULE(this.word) },
        { ALT: () => this.SUBRULE(this.model) },
      ]),
    );
  });

  importDeclaration = this.RULE("importDeclaration", () => {
    this.CONSUME(keyword.import);
    this.CONSUME(t.LBrace);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.importItem) });
    this.CONSUME(t.RBrace);
    this.CONSUME(keyword.from);
    this.CONSUME(t.StringToken);
  });

  importItem = this.RULE("importItem", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(keyword.as);
      this.CONSUME2(t.Name);
    });
  });

  constDeclaration = this.RULE("constDeclaration", () => {
    this.CONSUME(keyword.const);
    this.CONSUME(t.Name);
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
  });

  word = this.RULE("word", () => {
    this.SUBRULE(this.wordHeader);
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Is);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.block) },
    ]);
    this.MANY(() => this.SUBRULE(this.gradientClause));
  });

  wordHeader = this.RULE("wordHeader", () => {
    this.CONSUME(t.Kind);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.SUBRULE(this.group);
      this.OPTION2(() => this.SUBRULE2(this.group));
    });
    this.OPTION3(() => {
      this.CONSUME(t.Arrow);
      this.SUBRULE(this.result);
    });
  });

  gradientClause = this.RULE("gradientClause", () => {
    this.OR([{ ALT: () => this.CONSUME(keyword.gradient) }, { ALT: () => this.CONSUME(keyword.surrogate) }]);
    this.CONSUME(t.Name);
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
  });

  group = this.RULE("group", () => {
    this.CONSUME(t.LParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.parameter) });
    this.CONSUME(t.RParen);
  });

  parameter = this.RULE("parameter", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
    this.OPTION2(() => {
      this.CONSUME(t.Is);
      this.SUBRULE(this.expression);
    });
  });

  // ---- Models

  model = this.RULE("model", () => {
    this.SUBRULE(this.modelHeader);
    this.SUBRULE(this.modelBody);
  });

  modelHeader = this.RULE("modelHeader", () => {
    this.CONSUME(keyword.model);
    this.CONSUME(t.Name);
  });

  modelBody = this.RULE("modelBody", () => {
    this.CONSUME(t.LBrace);
    this.MANY(() => this.SUBRULE(this.modelItem));
    this.CONSUME(t.RBrace);
  });

  modelItem = this.RULE("modelItem", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.statement) },
      { ALT: () => this.SUBRULE(this.port) },
      { ALT: () => this.SUBRULE(this.output) },
      { ALT: () => this.SUBRULE(this.objective) },
      { ALT: () => this.SUBRULE(this.optimizer) },
      { ALT: () => this.SUBRULE(this.configuration) },
    ]);
  });

  port = this.RULE("port", () => {
    this.OR([{ ALT: () => this.CONSUME(keyword.input) }, { ALT: () => this.CONSUME(keyword.target) }]);
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
  });

  output = this.RULE("output", () => {
    this.CONSUME(keyword.output);
    this.CONSUME(t.Name);
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
  });

  objective = this.RULE("objective", () => {
    this.OR([{ ALT: () => this.CONSUME(keyword.loss) }, { ALT: () => this.CONSUME(keyword.metric) }]);
    this.OPTION(() => {
      this.CONSUME(t.Name);
      this.CONSUME(t.Is);
    });
    this.SUBRULE(this.expression);
  });

  optimizer = this.RULE("optimizer", () => {
    this.CONSUME(keyword.optimizer);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(keyword.for);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.path) });
    });
  });

  path = this.RULE("path", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Dot, DEF: () => this.CONSUME(t.Name) });
  });

  configuration = this.RULE("configuration", () => {
    this.OR([
      { ALT: () => this.CONSUME(keyword.data) },
      { ALT: () => this.CONSUME(keyword.train) },
      {
        ALT: () => {
          this.CONSUME(keyword.phase);
          this.CONSUME(t.Name);
        },
      },
    ]);
    this.CONSUME(t.LBrace);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.entry) });
    this.CONSUME(t.RBrace);
  });

  entry = this.RULE("entry", () => {
    this.CONSUME(t.Name);
    this.OPTION(() => this.CONSUME2(t.Name));
    this.CONSUME(t.Colon);
    this.SUBRULE(this.expression);
  });
}
