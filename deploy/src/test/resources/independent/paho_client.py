"""Hears everything a broker passes on, with paho: one line for each message, as mosquitto_sub -F prints it.

paho_client.py PORT CLIENT_ID clean|persistent
"""

import sys

import paho.mqtt.client as mqtt


def message(client, userdata, heard):
    print(heard.topic, heard.qos, int(heard.retain), heard.payload.decode(), sep="\t", flush=True)


client = mqtt.Client(sys.argv[2], clean_session=sys.argv[3] == "clean")
client.on_connect = lambda *connected: client.subscribe("#", 2)
client.on_message = message
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_forever()
