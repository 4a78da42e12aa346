/** The files that were sent to a channel, newest first. */
import type { Channel, ChannelFile, ChannelInfo } from '@confab/sdk';
import { useCallback, useState } from 'react';
import { titleOf } from '../channels/channel-title.ts';
import { Panel } from '../conversation/panel.tsx';
import { timeOrDayText } from '../ui/dates.ts';
import { Empty } from '../ui/empty.tsx';
import { More } from '../ui/more.tsx';
import { usePages } from '../ui/use-pages.ts';
import { FileCard } from './file-card.tsx';
import { ImagePreview } from './image-preview.tsx';
import { isImage } from './is-image.ts';
import { Lightbox } from './lightbox.tsx';

const PAGE = 50;

export function FilesPanel({ channel, info }: { channel: Channel; info: ChannelInfo }) {
  const [shown, setShown] = useState<ChannelFile | null>(null);

  const load = useCallback(
    (last?: ChannelFile) => channel.files.list({ limit: PAGE, ...(last ? { beforeSeq: last.seq } : {}) }),
    [channel],
  );
  const pages = usePages(load, PAGE);
  const { list: files, error } = pages;

  return (
    <Panel title="Files" subtitle={titleOf(info)}>
      <div className="scroll panel-body">
        {files?.length === 0 && (
          <Empty icon="file" title="No files yet">
            Drop one into the conversation to share it.
          </Empty>
        )}
        <ul className="file-list" aria-label="Files" aria-busy={files === null && !error}>
          {files?.map((file) => (
            <li key={file.id}>
              {isImage(file) ? (
                <ImagePreview file={file} isAlone onOpen={() => setShown(file)} />
              ) : (
                <FileCard file={file} />
              )}
              <p className="hint small">
                {file.uploader?.name ?? 'Deleted account'}, {timeOrDayText(file.createdAt)}
              </p>
            </li>
          ))}
        </ul>
        <More {...pages} />
      </div>
      {shown && <Lightbox images={[shown]} first={shown} onClose={() => setShown(null)} />}
    </Panel>
  );
}
