# step: room
kubectl set resources deployment hungry --requests=cpu=400
